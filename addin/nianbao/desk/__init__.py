"""The desk: what an office does with a report, each use case once, for every door alike.

    terms      what a report is checked and printed by: rules in force, last year's report, templates, the day
    checking   read and check a file, or many
    answering  the clerk's answers to findings
    issuing    a checked report as the document that leaves the office: final, or a draft that says so
    mailing    the message that carries it

Command line, buttons, mail and demonstration are thin shells over these. They return values, and print nothing.
"""

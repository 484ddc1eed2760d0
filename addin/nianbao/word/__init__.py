"""The report as a Word file: compile a template, write a report, read one back."""

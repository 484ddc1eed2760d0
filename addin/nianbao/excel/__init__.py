"""The standardised workbook: what stands where (`plan`), and how a file of it is built, read, filled and annotated."""

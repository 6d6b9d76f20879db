"""A shared Google Sheet as the place where the data are kept.

The same spreadsheet is edited by people in the browser, so what is read here is what
people typed: `reading` turns it into typed frames and says which cells it had to put
in order, doubts or cannot read. Only this package knows gspread.
"""

"""What people write into the sheet, past the app: taken in as the app would have.

`tidying.tidy` does all of it; the running app and `python -m lib.cli sync` call it.
"""

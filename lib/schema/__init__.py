"""The single source: records, their words, and what follows from them.

A field is one annotated line in the module of its table; header, widget,
validation, drop-down, table column, SQL column, export and the data dictionary
follow from it. `tables.TABLES` lists every table in the order people see them.
"""

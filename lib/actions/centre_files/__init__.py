"""A spreadsheet of its own for each outsourced centre, folded in both ways.

The main store is never shared with another company (product.md 4).
"""

"""The monthly report: for the board, and for the contract meeting with one centre.

`material` is what is known, `composing` puts it into words, `pdf` and `xlsx` set the same
document. A centre's report is made of that centre's figures alone.
"""

"""行政問合せ: what is done with a contact from an agency.

`taking` records what was said on the phone and what follows from it at once; `matching`
finds the complaint that it is about, `similar` those that it stands for, `listing` the
order in which contacts are worked off, `ladder` how far a matter has come.
"""

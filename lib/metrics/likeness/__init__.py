"""Which complaints tell of the same thing, by the words in which they are told.

`words` finds what a text says, `grouping` which texts belong together, `problems` what a
group of them means: since when, how often, how grave, rising or not. All pure, and chosen
on half of a labelled set (`benchmarks/likeness/`); the other half tells how good it is.
"""

"""Pure functions over frames: the KPI registry and what is read off the ledgers.

`figures.figures` turns the tables into one frame of counts a day and centre, and
`kpis.FIGURES` says how each KPI is made of them. Nothing here knows a screen.
"""

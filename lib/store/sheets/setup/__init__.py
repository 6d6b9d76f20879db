"""A spreadsheet made fit for people: tabs in order, headers, lists, colours, views.

Begin with `making.set_up`; it makes what is missing, mends what is ours and leaves
what people made. `months.lay_out_month` lays out a month of 日次KPI.

Nothing here remembers what it did: each run reads the spreadsheet and asks of each
part whether it is there. What carries no name of its own is known by a fixed number
(tabs, views, protection) or by a mark inside its formula (colour rules).
"""

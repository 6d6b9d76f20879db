"""Risk: what the company's own rows say about rising contacts from consumer centres.

`lib.risk` judges arrays; here its arrays are filled from the store and its findings put
into words. Whatever a screen asks is worked out once for each state of the data and day.

| module | what it answers |
|---|---|
| `counting` | how many contacts came on each day, and which days are not known |
| `judging` | how each day stands, with what people decided about earlier alarms |
| `reading` | how it stands today: state, likely start, chart, marks, signs |
| `wording` | the sentences of an alarm and of the calm |
| `panels` | cells that stand out, answer rate, what tended to follow it, what changed |
"""

"""Seeing counts rise early, with few false alarms; pure and causal throughout.

Arrays hold one series a row and one day a column, so a thousand companies cost little
more than one. What is said of a day rests on that day and the days before it. A count
that is not known is NaN, never zero.

| module | what it answers |
|---|---|
| `days` | which kind of day is it (working, Saturday, holiday, …) |
| `baseline` | how many would come on a usual day |
| `rise` | how strongly the counts speak for a rise, and since when |
| `detection` | normal, watch, alarm or held back; all of the above in one call |
| `sensitivity` | how strict to be, with what each choice costs |
| `summary` | the numbers of the sentence and the chart that explain an alarm |
| `cusum`, `shewhart`, `ewma` | textbook charts |
| `answer_rate` | has the telephone become harder to reach |
| `cells` | which products and kinds of complaint stand out |
| `lagged` | did referrals tend to follow a drop of the answer rate |
| `fixed` | rules that need no statistics |
| `months` | how a past known by the month is taken in |
| `panel` | from rows (a CSV, a frame) to arrays |
"""

"""Notices: what is told to whom and when, by rule; pure but for the queue.

`rules` says what has fallen due, `plan` for which channels and whether now, `texts` in
which words, `digest` what the morning message counts. `queue` claims, sends and keeps
what could not be sent.
"""

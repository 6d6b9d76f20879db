"""はじめかた: one source for the page in the app and for the file beside it.

`chapters` says what is done in which order, `drawings` draws what happens outside the
app, `pictures/` holds pictures of the app itself, `paper` writes it all as one HTML
file for whoever has no running app yet.
"""

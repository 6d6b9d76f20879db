"""経緯書: the history of a case as a document for a centre, a lawyer or the board.

`composing` turns records into a `model.Dossier`; `pdf`, `word` and `pages` turn that
into bytes. `veil` stands between the two, so that no renderer sees what it must not show.
"""

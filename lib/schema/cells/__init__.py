"""What people type in a cell, read as a record's value; and the way back.

`parse_cell` never raises, looks only at its arguments and takes time in proportion
to what was typed. It guesses nothing silently: a value that was put in order is
`repaired`, one that may mean something else is `doubtful`, one that means nothing
here is `bad` and has no value. Missing is never 0.
"""

from lib.schema.cells.choices import guessed_choice
from lib.schema.cells.parsing import holds_made_id, parse_cell
from lib.schema.cells.reading import Reading, Status, missing
from lib.schema.cells.writing import cell_text

__all__ = [
    "Reading",
    "Status",
    "cell_text",
    "guessed_choice",
    "holds_made_id",
    "missing",
    "parse_cell",
]

"""Files from outside become rows: read, previewed, and only then added.

    file = read_upload(name, data)
    runs = runs_in(frames["settings"])
    shown = preview(
        file,
        frames,
        secret=secret,
        choices=Choices(matches_from(learned_in(frames["settings"]))),
        bounds=Bounds(undone=undone_rows(runs)),
    )
    journal = Journal(system, runs, file=…, digest=…, who=principal, now=now)
    apply(store, shown, who=principal, now=now, journal=journal)
    undo(store, system, run, now=now)  # later, if it was a mistake

The same file imported twice adds nothing; rows with a problem are listed and held
back; what is doubtful is listed and added. How a sheet lies, what a column is and what
a word means is recognised, and may be corrected (`Choices`, `Matches`), which is
remembered (`remembering`). A block from the clipboard: `blocks.read_block`.
"""

from lib.actions.importing.applying import CHUNK, Imported, Progress, Target, apply
from lib.actions.importing.arranging import Grid, Shape
from lib.actions.importing.headers import (
    WHY_LEFT_OUT,
    Column,
    ColumnKind,
    Layout,
    layout_of,
)
from lib.actions.importing.journal import Journal, Run, runs_in, undone_rows
from lib.actions.importing.matches import LEFT_OUT, Matches
from lib.actions.importing.parts import (
    Duplicate,
    NewRow,
    Part,
    Preview,
    Skipped,
    Word,
)
from lib.actions.importing.reading import (
    THERE_CHANGED,
    Bounds,
    Choices,
    SheetChoice,
    laid_out,
    preview,
)
from lib.actions.importing.remembering import learned_in, matches_from, remember
from lib.actions.importing.undoing import Kept, Undoing, runs_of, undo
from lib.actions.importing.words import Vocabulary
from lib.files.apart import read_upload
from lib.files.reading import LARGEST_FILE, TOO_LARGE, Sheet, SourceFile

__all__ = [
    "CHUNK",
    "LARGEST_FILE",
    "LEFT_OUT",
    "THERE_CHANGED",
    "TOO_LARGE",
    "WHY_LEFT_OUT",
    "Bounds",
    "Choices",
    "Column",
    "ColumnKind",
    "Duplicate",
    "Grid",
    "Imported",
    "Journal",
    "Kept",
    "Layout",
    "Matches",
    "NewRow",
    "Part",
    "Preview",
    "Progress",
    "Run",
    "Shape",
    "Sheet",
    "SheetChoice",
    "Skipped",
    "SourceFile",
    "Target",
    "Undoing",
    "Vocabulary",
    "Word",
    "apply",
    "laid_out",
    "layout_of",
    "learned_in",
    "matches_from",
    "preview",
    "read_upload",
    "remember",
    "runs_in",
    "runs_of",
    "undo",
    "undone_rows",
]

"""Files from outside become rows: read, previewed, and only then added.

    file = read_file(name, data)
    shown = preview(file, snapshot.frames, secret=secret)
    apply(store, shown, who=principal, now=clock.now())

The same file imported twice adds nothing; rows with a problem are listed and held
back; what is doubtful is listed and added.
"""

from lib.actions.importing.applying import CHUNK, Imported, Progress, Target, apply
from lib.actions.importing.files import (
    LARGEST_FILE,
    TOO_LARGE,
    Sheet,
    SourceFile,
    read_file,
)
from lib.actions.importing.headers import Layout, layout_of
from lib.actions.importing.parts import Duplicate, NewRow, Part, Preview, Skipped
from lib.actions.importing.reading import THERE_CHANGED, preview

__all__ = [
    "CHUNK",
    "LARGEST_FILE",
    "THERE_CHANGED",
    "TOO_LARGE",
    "Duplicate",
    "Imported",
    "Layout",
    "NewRow",
    "Part",
    "Preview",
    "Progress",
    "Sheet",
    "Skipped",
    "SourceFile",
    "Target",
    "apply",
    "layout_of",
    "preview",
    "read_file",
]

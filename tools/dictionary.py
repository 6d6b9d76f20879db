"""Write docs/data-dictionary.md anew from the schema: `python -m tools.dictionary`."""

from __future__ import annotations

from pathlib import Path

from lib.schema.dictionary import as_markdown

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"

if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown(), encoding="utf-8")
    print(DOCUMENT)

"""The request kinds of spreadsheets.batchUpdate, by what they change."""

from tests.sheets_api.kinds import cells, lines, objects, tabs

KINDS = cells.KINDS | lines.KINDS | objects.KINDS | tabs.KINDS

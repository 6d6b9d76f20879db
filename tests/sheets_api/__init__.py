"""The Google Sheets and Drive APIs as far as the app needs them, over real HTTP.

As a command, `python -m tests.sheets_api --port 8765`; in a test,
`with Emulator() as e: … e.url …` with `e.hand(book)` for what people do, `e.faults`
for what goes wrong, `e.quirks` for promises that do not hold, `e.log` for counting calls and `e.clock` for the time.

Served as the real API does, errors included:

- values.get and values.batchGet in all renderings and both dimensions
- values.update, values.append, values.clear, values.batchUpdate, values.batchClear;
  RAW and USER_ENTERED (en_US and ja_JP)
- spreadsheets.create, spreadsheets.get with ranges, field masks and grid data,
  spreadsheets.sheets.copyTo
- spreadsheets.batchUpdate, atomic, with includeSpreadsheetInResponse, responseRanges
  and masks; its kinds: updateCells, appendCells, repeatCell, findReplace, sortRange,
  copyPaste, cutPaste, setDataValidation, updateBorders, mergeCells, unmergeCells,
  insertDimension, deleteDimension, moveDimension, appendDimension,
  updateDimensionProperties, autoResizeDimensions, addDimensionGroup,
  deleteDimensionGroup, updateDimensionGroup, addSheet, deleteSheet, duplicateSheet,
  updateSheetProperties, updateSpreadsheetProperties, addNamedRange, updateNamedRange,
  deleteNamedRange, addProtectedRange, updateProtectedRange, deleteProtectedRange,
  addConditionalFormatRule, updateConditionalFormatRule, deleteConditionalFormatRule,
  setBasicFilter, clearBasicFilter, addFilterView, deleteFilterView, addBanding,
  deleteBanding, createDeveloperMetadata, deleteDeveloperMetadata
- Drive v3 files create, get, update, list, copy, delete, export (CSV and TSV),
  permissions create, list, delete; Drive v2 upload of a CSV text
- POST /token for service accounts

Not served: data filters, tables, charts, pivots, slicers, row metadata that follows
its rows, formula functions beyond `tests.sheets_api.functions.FUNCTIONS`.
"""

from tests.sheets_api.clock import Clock
from tests.sheets_api.emulator import Emulator
from tests.sheets_api.faults import Fault
from tests.sheets_api.hand import Hand, Refused

__all__ = ["Clock", "Emulator", "Fault", "Hand", "Refused"]

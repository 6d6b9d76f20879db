"""spreadsheets.batchUpdate: all requests of a batch or none."""

from tests.sheets_api.errors import ApiError, invalid
from tests.sheets_api.kinds import KINDS
from tests.sheets_api.resources import spreadsheet
from tests.sheets_api.schema import cleaned


def check(body):
    """The batch as the service sees it.

    Raises:
        ApiError: It is none, is empty, or asks for a kind that is not served here.
    """
    body = cleaned(body, "BatchUpdateSpreadsheetRequest")
    requests = body.get("requests") or []
    if not requests:
        raise invalid("Must specify at least one request.")
    for index, request in enumerate(requests):
        if not request:
            raise invalid(f"Invalid requests[{index}]: No request set.")
        for name in request:
            if name not in KINDS:
                raise invalid(f"This emulator does not serve {name}.")
    return body


def batch_update(book, user, body, mask=None):
    """Apply a batch.

    Args:
        book: The workbook, whose lock the caller holds.
        user: Who asks.
        body: The request's body.
        mask: The tree of the `fields` parameter, None without one.

    Raises:
        ApiError: Any request is invalid; then nothing at all has changed.
    """
    body = check(body)
    before = book.snapshot()
    try:
        out = {"spreadsheetId": book.book_id, "replies": _apply(book, user, body)}
        book.touched()
        wanted = body.get("includeSpreadsheetInResponse")
        if wanted and not book.quirks.no_sheet_in_response:
            out["updatedSpreadsheet"] = spreadsheet(
                book,
                user,
                body.get("responseRanges") or (),
                grid=bool(body.get("responseIncludeGridData")),
                mask=None if mask is None else mask.get("updatedSpreadsheet") or {},
            )
    except BaseException:
        if not book.quirks.partial_batches:
            book.restore(before)
        raise
    return out


def _apply(book, user, body):
    replies = []
    for index, request in enumerate(body["requests"]):
        ((kind, message),) = request.items()
        book.recalculate()
        try:
            reply = KINDS[kind](book, user, message or {})
        except ApiError as error:
            text = f"Invalid requests[{index}].{kind}: {error.message}"
            if error.details:
                raise ApiError(
                    error.code, error.message, details=error.details
                ) from None
            raise ApiError(error.code, text) from None
        replies.append({} if reply is None else {kind: reply})
    return replies

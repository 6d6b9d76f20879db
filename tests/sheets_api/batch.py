"""spreadsheets.batchUpdate: all requests of a batch or none."""

from tests.sheets_api.errors import ApiError, invalid, unknown_name
from tests.sheets_api.kinds import KINDS
from tests.sheets_api.resources import spreadsheet

_TOP = {
    "requests",
    "includeSpreadsheetInResponse",
    "responseRanges",
    "responseIncludeGridData",
}


def check(body):
    """Refuse what the JSON parser in front of the service would refuse.

    Raises:
        ApiError: A name is not known, or a request is not exactly one of the kinds.
    """
    for name in body:
        if name not in _TOP:
            raise unknown_name(name)
    requests = body.get("requests") or []
    for index, request in enumerate(requests):
        for name in request:
            if name not in KINDS:
                raise unknown_name(name, f"requests[{index}]")
    if not requests:
        raise invalid("Must specify at least one request.")
    for index, request in enumerate(requests):
        if len(request) != 1:
            problem = "No request set." if not request else "More than one request set."
            raise invalid(f"Invalid requests[{index}]: {problem}")


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
    check(body)
    before = book.snapshot()
    try:
        out = {"spreadsheetId": book.book_id, "replies": _apply(book, user, body)}
        book.touched()
        if body.get("includeSpreadsheetInResponse"):
            out["updatedSpreadsheet"] = spreadsheet(
                book,
                user,
                body.get("responseRanges") or (),
                grid=bool(body.get("responseIncludeGridData")),
                mask=None if mask is None else mask.get("updatedSpreadsheet") or {},
            )
    except BaseException:
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

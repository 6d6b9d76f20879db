"""The error answers of the real API, as exceptions."""

import re

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the"
    " spreadsheet owner to remove protection if you need to edit."
)
TOO_LONG = (
    "Your input contains more than the maximum of 50000 characters in a single cell."
)
TOO_MANY_CELLS = (
    "This action would increase the number of cells in the workbook above the limit"
    " of 10000000 cells."
)
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


class ApiError(Exception):
    """An answer that is not 200, with Google's JSON body."""

    def __init__(self, code, message, *, details=None, body=None, headers=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers or {}
        self._body = body

    def body(self):
        """Google's envelope: code, message, status, and details if there are any."""
        if self._body is not None:
            return self._body
        error = {
            "code": self.code,
            "message": self.message,
            "status": STATUS_NAMES.get(self.code, "UNKNOWN"),
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}


def invalid(message, **more):
    """400 INVALID_ARGUMENT."""
    return ApiError(400, message, **more)


def not_found():
    return ApiError(404, "Requested entity was not found.")


def no_permission():
    return ApiError(403, "The caller does not have permission")


def service_disabled(project="123456789012"):
    """403: the caller's Google Cloud project has not switched the API on."""
    place = (
        "https://console.developers.google.com/apis/api/sheets.googleapis.com"
        f"/overview?project={project}"
    )
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED",
            "domain": "googleapis.com",
            "metadata": {
                "consumer": f"projects/{project}",
                "service": "sheets.googleapis.com",
            },
        }
    ]
    return ApiError(
        403,
        f"Google Sheets API has not been used in project {project} before or it is"
        f" disabled. Enable it by visiting {place} then retry.",
        details=details,
    )


def unparsable(text):
    return invalid(f"Unable to parse range: {text}")


def protected():
    return invalid(PROTECTED)


def snake(name):
    """`valueInputOption` as `value_input_option`, the way parse errors name it."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def bad_field(description, field=None):
    """A request that the JSON parser in front of the service refuses."""
    violation = {"field": field} if field else {}
    violation["description"] = description
    details = [{"@type": BAD_REQUEST, "fieldViolations": [violation]}]
    return invalid(description, details=details)


def unknown_name(name, at=None):
    place = f" at '{at}'" if at else ""
    return bad_field(
        f'Invalid JSON payload received. Unknown name "{name}"{place}:'
        " Cannot find field.",
        at,
    )


def not_a_list(field, value):
    """A string or number where a list of cells was wanted."""
    shown = f'"{value}"' if isinstance(value, str) else value
    return bad_field(
        f"Invalid value at '{field}'"
        f" (type.googleapis.com/google.protobuf.ListValue), {shown}",
        field,
    )


def bad_enum(field, kind, value):
    return bad_field(
        f"Invalid value at '{field}'"
        f' (type.googleapis.com/google.apps.sheets.v4.{kind}), "{value}"',
        field,
    )


def bad_mask(path):
    """A `fields` parameter that names what does not exist."""
    violation = {
        "field": path,
        "description": "Error expanding 'fields' parameter. Cannot find matching"
        f" fields for path '{path}'.",
    }
    details = [{"@type": BAD_REQUEST, "fieldViolations": [violation]}]
    return invalid("Request contains an invalid argument.", details=details)


def unauthenticated():
    return ApiError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access"
        " token, login cookie or other valid authentication credential. See"
        " https://developers.google.com/identity/sign-in/web/devconsole-project.",
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )


def unregistered():
    return ApiError(
        403,
        "Method doesn't allow unregistered callers (callers without established"
        " identity). Please use API Key or other form of API consumer identity to"
        " call this API.",
    )


def quota_exceeded(kind, scope):
    """429 as the quota service words it.

    Args:
        kind: `Read` or `Write`.
        scope: `per minute per user` or `per minute`.
    """
    limit = f"{kind} requests {scope}"
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {
                "service": "sheets.googleapis.com",
                "consumer": "projects/100000000000",
                "quota_metric": f"sheets.googleapis.com/{kind.lower()}_requests",
                "quota_limit": limit.title().replace(" ", ""),
            },
        },
        {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [
                {
                    "description": "Request a higher quota limit.",
                    "url": "https://cloud.google.com/docs/quota"
                    "#requesting_higher_quota",
                }
            ],
        },
    ]
    return ApiError(
        429,
        f"Quota exceeded for quota metric '{kind} requests' and limit '{limit}' of"
        " service 'sheets.googleapis.com' for consumer"
        " 'project_number:100000000000'.",
        details=details,
    )


def drive_error(code, reason, message, domain="global", **place):
    """Drive's older envelope, with a list of reasons."""
    entry = {"domain": domain, "reason": reason, "message": message, **place}
    body = {"error": {"errors": [entry], "code": code, "message": message}}
    return ApiError(code, message, body=body)


def file_not_found(file_id):
    return drive_error(
        404,
        "notFound",
        f"File not found: {file_id}.",
        locationType="parameter",
        location="fileId",
    )

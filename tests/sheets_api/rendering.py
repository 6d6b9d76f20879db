"""Numbers as a cell shows them: number formats and the locale's defaults."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

from tests.sheets_api.cells import CellError
from tests.sheets_api.serials import SECONDS, moment

MOMENT_TYPES = ("DATE", "TIME", "DATE_TIME")
_DEFAULTS = {
    "en_US": ("m/d/yyyy", "h:mm:ss am/pm", "m/d/yyyy h:mm:ss"),
    "ja_JP": ("yyyy/mm/dd", "h:mm:ss", "yyyy/mm/dd h:mm:ss"),
}
_OTHER = ("dd/mm/yyyy", "hh:mm:ss", "dd/mm/yyyy hh:mm:ss")
_PLAIN = {
    "PERCENT": "0.00%",
    "NUMBER": "#,##0.00",
    "SCIENTIFIC": "0.00E+00",
}
_TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<half>am/pm|a/p)|(?P<letters>y+|m+|d+|h+|s+)|(?P<digits>[0#?][0#?,]*)"
    r"|(?P<point>\.)|(?P<exp>[eE][+-])|(?P<text>@)|(?P<general>General)"
    r"|_(?P<space>.)|\*(?P<fill>.)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
}
_LONG_WEEKDAYS = {
    "en": [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    "ja": [f"{name}曜日" for name in "月火水木金土日"],
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def format_value(value, number_format, locale="en_US"):
    """A value as text, the way FORMATTED_VALUE shows it.

    Args:
        value: A number, text, bool, CellError or None.
        number_format: {type, pattern}, or None for automatic.
        locale: The spreadsheet's.

    Returns:
        The text; "" of a blank.
    """
    if value is None:
        return ""
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return _format_text(value, number_format)
    pattern = effective_pattern(number_format, locale)
    return general(value) if pattern is None else _with_pattern(value, pattern, locale)


def is_moment(number_format):
    return bool(number_format) and number_format.get("type") in MOMENT_TYPES


def effective_pattern(number_format, locale):
    """The pattern of a format.

    Returns:
        Its own, else the locale's default for its type, None for automatic.
    """
    kind = (number_format or {}).get("type")
    if kind in (None, "NUMBER_FORMAT_TYPE_UNSPECIFIED", "TEXT"):
        return None
    if number_format.get("pattern"):
        return number_format["pattern"]
    if kind in MOMENT_TYPES:
        return _DEFAULTS.get(locale, _OTHER)[MOMENT_TYPES.index(kind)]
    if kind == "CURRENCY":
        return "[$¥-411]#,##0" if locale.startswith("ja") else '"$"#,##0.00'
    return _PLAIN.get(kind)


def _format_text(text, number_format):
    pattern = (number_format or {}).get("pattern") or ""
    section = _sections(pattern)[-1]
    if "@" not in section or section.strip() == "@":
        return text
    return "".join(
        text if kind == "text" else literal for kind, literal in _tokens(section)
    )


def general(value):
    """A number under the automatic format: ten significant digits."""
    if isinstance(value, int) or value.is_integer():
        whole = int(value)
        return str(whole) if abs(whole) < 10**15 else _scientific(value)
    if abs(value) >= 1e15 or abs(value) < 1e-5:
        return _scientific(value)
    digits = max(0, 9 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(value):
    mantissa, exponent = f"{value:.9e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    sign = "-" if exponent[0] == "-" else "+"
    return f"{mantissa}E{sign}{abs(int(exponent)):02d}"


def _sections(pattern):
    parts, quoted, start = [], False, 0
    for index, letter in enumerate(pattern):
        if letter == '"':
            quoted = not quoted
        elif letter == ";" and not quoted:
            parts.append(pattern[start:index])
            start = index + 1
    return [*parts, pattern[start:]]


def _with_pattern(value, pattern, locale):
    sections = _sections(pattern)
    if value < 0 and len(sections) > 1:
        return _section(-value, sections[1], locale)
    if value == 0 and len(sections) > 2:
        return _section(value, sections[2], locale)
    return _section(value, sections[0], locale)


def _section(value, section, locale):
    tokens = list(_tokens(section))
    if any(kind in ("letters", "elapsed", "half") for kind, _ in tokens):
        return _moment_text(value, tokens, locale)
    return _number_text(value, tokens)


def _tokens(section):
    for found in _TOKENS.finditer(section):
        kind, text = found.lastgroup, found[found.lastgroup]
        if kind == "bracket":
            if re.fullmatch(r"h+|m+|s+", text, re.IGNORECASE):
                yield "elapsed", text.lower()
            elif text.startswith("$"):
                yield "literal", text[1:].split("-")[0]
        elif kind in ("quoted", "escaped", "other"):
            yield "literal", text
        elif kind == "space":
            yield "literal", " "
        elif kind != "fill":
            yield kind, text.lower() if kind == "letters" else text


def _number_text(value, tokens):
    percent = sum(text.count("%") for kind, text in tokens if kind == "literal")
    if not any(kind == "digits" for kind, _ in tokens):
        return "".join(
            general(value) if kind in ("general", "text") else text
            for kind, text in tokens
        )
    before, after, exponent = _digit_groups(tokens)
    scaled = Decimal(repr(value)) * (100**percent)
    if exponent:
        digits = _exponential(scaled, before, after, exponent)
    else:
        digits = _fixed(abs(scaled), before, after)
    sign = "-" if scaled < 0 and digits.strip("0.,") else ""
    return sign + _place(tokens, digits)


def _digit_groups(tokens):
    before, after, exponent, seen_point, seen_exp = "", "", "", False, False
    for kind, text in tokens:
        if kind == "point":
            seen_point = True
        elif kind == "exp":
            seen_exp = True
        elif kind == "digits":
            if seen_exp:
                exponent += text
            elif seen_point:
                after += text
            else:
                before += text
    return before, after, exponent


def _fixed(value, before, after):
    places = sum(letter in "0#?" for letter in after)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, part = f"{rounded:f}".partition(".")
    least = before.replace(",", "").count("0")
    whole = whole.lstrip("0").rjust(least, "0")
    if "," in before:
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole)
    needed = len(after.replace(",", "").rstrip("#"))
    while len(part) > needed and part.endswith("0"):
        part = part[:-1]
    return f"{whole}.{part}" if part else whole


def _exponential(value, before, after, exponent):
    power = value.adjusted() if value else 0
    mantissa = _fixed(abs(value.scaleb(-power)), before, after)
    sign = "-" if power < 0 else "+"
    return f"{mantissa}E{sign}{str(abs(power)).rjust(len(exponent), '0')}"


def _place(tokens, digits):
    """The literals around the digits, which go where the first digit stood."""
    out, placed = [], False
    for kind, text in tokens:
        if kind in ("digits", "point", "exp"):
            if not placed:
                out.append(digits)
                placed = True
        elif kind == "literal":
            out.append(text)
    return "".join(out)


def _moment_text(value, tokens, locale):
    language = "ja" if locale.startswith("ja") else "en"
    when = moment(value)
    halved = any(kind == "half" for kind, _ in tokens)
    out = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "elapsed":
            out.append(_elapsed(value, text))
        elif kind == "half":
            out.append(_half(when.hour, language))
        elif kind == "letters":
            minutes = text[0] == "m" and _is_minute(tokens, index)
            out.append(_part(when, text, language, halved=halved, minutes=minutes))
        elif kind == "digits":
            out.append(f"{when.microsecond // 1000:03d}"[: len(text)])
        elif kind == "literal":
            out.append(text)
        elif kind == "point":
            out.append(".")
    return "".join(out)


def _half(hour, language):
    if language == "ja":
        return "午前" if hour < 12 else "午後"
    return "AM" if hour < 12 else "PM"


def _elapsed(value, text):
    total = round(abs(value) * SECONDS)
    unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
    sign = "-" if value < 0 else ""
    return sign + str(total // unit).rjust(len(text), "0")


def _is_minute(tokens, index):
    """An m means minutes after an hour or before a second."""
    earlier = [t for k, t in tokens[:index] if k in ("letters", "elapsed")]
    later = [t for k, t in tokens[index + 1 :] if k in ("letters", "elapsed")]
    return bool((earlier and earlier[-1][0] == "h") or (later and later[0][0] == "s"))


def _part(when, text, language, *, halved, minutes):
    letter, width = text[0], len(text)
    if minutes:
        return str(when.minute).rjust(min(width, 2), "0")
    if letter == "y":
        return f"{when.year:04d}" if width > 2 else f"{when.year % 100:02d}"
    if letter == "h":
        hour = (when.hour % 12 or 12) if halved else when.hour
        return str(hour).rjust(width, "0")
    if letter == "s":
        return str(when.second).rjust(width, "0")
    if letter == "m":
        return _month_text(when, width, language)
    if width <= 2:
        return str(when.day).rjust(width, "0")
    names = _WEEKDAYS if width == 3 else _LONG_WEEKDAYS
    return names[language][when.weekday()]


def _month_text(when, width, language):
    if width <= 2:
        return str(when.month).rjust(width, "0")
    if language == "ja":
        return f"{when.month}月"
    name = _MONTHS[when.month - 1]
    return name[:3] if width == 3 else name[0] if width == 5 else name

"""The functions of the formula engine, by name."""

import datetime as dt
import math
import re

from tests.sheets_api.cells import CellError, number
from tests.sheets_api.formulas import (
    Area,
    Block,
    Raised,
    compare,
    rank,
    to_number,
    to_text,
)
from tests.sheets_api.rendering import format_value
from tests.sheets_api.serials import EPOCH, date_serial, moment, time_serial

_WILDCARD = re.compile(r"~[*?~]|[*?]")


def _stop(value):
    """The value, unless it is an error, which ends the function."""
    if isinstance(value, CellError):
        raise Raised(value.code, value.message)
    return value


def _number(frame, tree):
    return _stop(to_number(_stop(frame.scalar(tree))))


def _text(frame, tree):
    return to_text(_stop(frame.scalar(tree)))


def _truth(value):
    value = _stop(value)
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        raise Raised("#VALUE!")
    return bool(value)


def _numbers(frame, trees):
    """Numbers of the arguments: of ranges the numeric cells, else as converted."""
    for tree in trees:
        value = frame.value(tree)
        if isinstance(value, (Area, Block)):
            for item in frame.evaluator.values(value):
                _stop(item)
                if isinstance(item, (int, float)) and not isinstance(item, bool):
                    yield item
        elif value is not None:
            yield _stop(to_number(_stop(value)))


def _items(frame, trees):
    for tree in trees:
        yield from frame.evaluator.values(frame.value(tree))


def _if(frame, trees):
    chosen = 1 if _truth(frame.scalar(trees[0])) else 2
    if chosen < len(trees):
        return frame.scalar(trees[chosen])
    return chosen == 1


def _ifs(frame, trees):
    for test, result in zip(trees[::2], trees[1::2], strict=True):
        if _truth(frame.scalar(test)):
            return frame.scalar(result)
    raise Raised("#N/A", "No match.")


def _iferror(frame, trees):
    value = frame.scalar(trees[0])
    if not isinstance(value, CellError):
        return value
    return frame.scalar(trees[1]) if len(trees) > 1 else None


def _count(frame, trees):
    return sum(
        isinstance(item, (int, float)) and not isinstance(item, bool)
        for item in _items(frame, trees)
    )


def _counta(frame, trees):
    return sum(item is not None for item in _items(frame, trees))


def _countblank(frame, trees):
    total = 0
    for tree in trees:
        area = frame.value(tree)
        box = area.box.clipped(area.sheet.rows, area.sheet.columns)
        filled = sum(i not in (None, "") for i in frame.evaluator.values(area))
        total += box.height * box.width - filled
    return total


def _average(frame, trees):
    found = list(_numbers(frame, trees))
    if not found:
        raise Raised(
            "#DIV/0!", "Evaluation of function AVERAGE caused a divide by zero."
        )
    return number(math.fsum(found) / len(found))


def _criterion(value):
    """A test from the criterion of COUNTIFS: a value, `>=5`, `<>x`, `ab*`."""
    if value is None:
        return lambda item: item == 0 and not isinstance(item, (str, bool))
    if not isinstance(value, str):
        return lambda item: _same(item, value)
    operator, text = re.fullmatch(r"(<>|<=|>=|=|<|>)?(.*)", value, re.DOTALL).groups()
    target = to_number(text) if text else CellError("#VALUE!")
    if text.upper() in ("TRUE", "FALSE"):
        target = text.upper() == "TRUE"
    if operator in (None, "="):
        return _equal_test(text, target)
    if operator == "<>":
        equal = _equal_test(text, target)
        return lambda item: not equal(item)
    if isinstance(target, CellError):
        return lambda item: isinstance(item, str) and compare(operator, item, text)
    return lambda item: (
        isinstance(item, (int, float))
        and not isinstance(item, bool)
        and compare(operator, item, target)
    )


def _equal_test(text, target):
    if text == "":
        return lambda item: item in (None, "")
    if not isinstance(target, CellError):
        return lambda item: _same(item, target) or item == text
    pattern = re.compile(
        _WILDCARD.sub(_wild, _escaped(text)), re.IGNORECASE | re.DOTALL
    )
    return lambda item: isinstance(item, str) and bool(pattern.fullmatch(item))


def _escaped(text):
    return "".join(c if c in "*?~" else re.escape(c) for c in text)


def _wild(found):
    token = found[0]
    if len(token) == 2:
        return re.escape(token[1])
    return ".*" if token == "*" else "."


def _same(item, value):
    if item is None or isinstance(item, CellError):
        return False
    if isinstance(item, bool) != isinstance(value, bool):
        return False
    return item == value


def _matches(frame, pairs):
    """For each cell of the first range in turn: do all the criteria hold?"""
    columns, tests = [], []
    for area, criterion in zip(pairs[::2], pairs[1::2], strict=True):
        columns.append(_closed(frame, area))
        tests.append(_criterion(_stop(frame.scalar(criterion))))
    longest = max((len(column) for column in columns), default=0)
    for index in range(longest):
        yield all(
            test(column[index] if index < len(column) else None)
            for column, test in zip(columns, tests, strict=True)
        )


def _closed(frame, tree):
    value = frame.value(tree)
    _stop(value)
    if not isinstance(value, Area):
        raise Raised("#VALUE!", "Argument must be a range.")
    return list(frame.evaluator.values(value))


def _countifs(frame, trees):
    return sum(_matches(frame, trees))


def _matched_numbers(frame, values, pairs):
    column = _closed(frame, values)
    for index, matched in enumerate(_matches(frame, pairs)):
        item = column[index] if matched and index < len(column) else None
        if isinstance(item, (int, float)) and not isinstance(item, bool):
            yield item


def _sum_of(values):
    return number(math.fsum(values))


def _sumif(frame, trees):
    values = trees[2] if len(trees) > 2 else trees[0]
    return _sum_of(_matched_numbers(frame, values, trees[:2]))


def _sumifs(frame, trees):
    return _sum_of(_matched_numbers(frame, trees[0], trees[1:]))


def _mean(values):
    found = list(values)
    if not found:
        raise Raised("#DIV/0!")
    return number(math.fsum(found) / len(found))


def _averageif(frame, trees):
    values = trees[2] if len(trees) > 2 else trees[0]
    return _mean(_matched_numbers(frame, values, trees[:2]))


def _date(frame, trees):
    year, month, day = (int(_number(frame, tree)) for tree in trees)
    year += 1900 if year < 1900 else 0
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date_serial(year, month, 1) + day - 1


def _time(frame, trees):
    return number(time_serial(*(int(_number(frame, tree)) for tree in trees)) % 1)


def _shifted_month(frame, trees, *, end):
    when = moment(_number(frame, trees[0]))
    months = when.year * 12 + when.month - 1 + int(_number(frame, trees[1]))
    first = dt.datetime(*_split_month(months), 1)
    following = dt.datetime(*_split_month(months + 1), 1)
    last = (following - first).days
    day = last if end else min(when.day, last)
    return (first - EPOCH).days + day - 1


def _split_month(months):
    return months // 12, months % 12 + 1


def _weekday(frame, trees):
    day = moment(_number(frame, trees[0])).weekday()
    kind = int(_number(frame, trees[1])) if len(trees) > 1 else 1
    return {1: (day + 1) % 7 + 1, 2: day + 1, 3: day}[kind]


def _rounded(frame, trees, way):
    value = _number(frame, trees[0])
    scale = 10 ** (int(_number(frame, trees[1])) if len(trees) > 1 else 0)
    scaled = float(f"{abs(value) * scale:.15g}")
    whole = {"near": math.floor(scaled + 0.5), "up": math.ceil(scaled)}.get(
        way, math.floor(scaled)
    )
    return number(math.copysign(whole / scale, value))


def _modulo(frame, trees):
    divisor = _number(frame, trees[1])
    if divisor == 0:
        raise Raised("#DIV/0!")
    return number(_number(frame, trees[0]) % divisor)


def _text_function(frame, trees):
    value = _stop(frame.scalar(trees[0]))
    if isinstance(value, str):
        return value
    kind = {"type": "NUMBER", "pattern": _text(frame, trees[1])}
    return format_value(0 if value is None else value, kind, frame.book.locale)


def _left(frame, trees):
    count = int(_number(frame, trees[1])) if len(trees) > 1 else 1
    return _text(frame, trees[0])[:count]


def _right(frame, trees):
    count = int(_number(frame, trees[1])) if len(trees) > 1 else 1
    return _text(frame, trees[0])[-count:] if count else ""


def _mid(frame, trees):
    start, count = (int(_number(frame, tree)) for tree in trees[1:3])
    return _text(frame, trees[0])[start - 1 : start - 1 + count]


def _substitute(frame, trees):
    text, old, new = (_text(frame, tree) for tree in trees[:3])
    return text.replace(old, new) if old else text


def _join(frame, trees):
    mark = _text(frame, trees[0])
    return mark.join(to_text(_stop(item)) for item in _items(frame, trees[1:]))


def _and(frame, trees):
    return all(_truth(item) for item in _items(frame, trees) if item is not None)


def _or(frame, trees):
    return any(_truth(item) for item in _items(frame, trees) if item is not None)


def _value(frame, trees):
    return _number(frame, trees[0])


def _match(frame, trees):
    wanted = _stop(frame.scalar(trees[0]))
    kind = _number(frame, trees[2]) if len(trees) > 2 else 1
    items = _closed(frame, trees[1])
    if kind == 0:
        test = _criterion(wanted) if isinstance(wanted, str) else None
        for index, item in enumerate(items, 1):
            if test(item) if test else _same(item, wanted):
                return index
    else:
        below = [
            i
            for i, x in enumerate(items, 1)
            if x is not None and compare("<=", x, wanted)
        ]
        if below:
            return below[-1]
    raise Raised("#N/A", f"Did not find value '{to_text(wanted)}' in MATCH evaluation.")


def _filter(frame, trees):
    """FILTER: the lines for which every condition holds; none is #N/A."""
    lines = frame.block(trees[0])
    tests = [frame.block(tree) for tree in trees[1:]]
    if any(len(test) != len(lines) for test in tests):
        raise Raised("#N/A", "FILTER has mismatched range sizes.")
    kept = [
        line
        for line, *marks in zip(lines, *tests, strict=True)
        if all(_holds(mark[0]) for mark in marks)
    ]
    if not kept:
        raise Raised("#N/A", "No matches are found in FILTER evaluation.")
    return Block(kept)


def _holds(mark):
    return not isinstance(mark, (CellError, str)) and bool(mark)


def _sort(frame, trees):
    """SORT by columns, each with TRUE for rising: numbers, texts, truths, blanks."""
    lines = list(frame.block(trees[0]))
    keys = trees[1:] or [("literal", 1), ("literal", True)]
    for column, rising in reversed(list(zip(keys[::2], keys[1::2], strict=True))):
        at = int(_number(frame, column)) - 1
        filled = [line for line in lines if line[at] is not None]
        blank = [line for line in lines if line[at] is None]
        down = not _truth(frame.scalar(rising))
        filled.sort(key=lambda line, at=at: rank(line[at]), reverse=down)
        lines = filled + blank
    return Block(lines)


def _index(frame, trees):
    area = frame.value(trees[0])
    _stop(area)
    if isinstance(area, Block):
        return _in_block(frame, area, trees[1:])
    row = int(_number(frame, trees[1])) if len(trees) > 1 else 1
    column = int(_number(frame, trees[2])) if len(trees) > 2 else 1
    top, left = area.box.top + max(row, 1) - 1, area.box.left + max(column, 1) - 1
    return frame.evaluator.cell_value(area.sheet, top, left)


def _in_block(frame, block, trees):
    row, column = (
        max(int(_number(frame, tree)), 1) - 1
        for tree in [*trees, ("literal", 1), ("literal", 1)][:2]
    )
    if row >= len(block.lines) or column >= len(block.lines[row]):
        raise Raised("#REF!", "INDEX evaluates to an out of bounds range.")
    return block.lines[row][column]


def _vlookup(frame, trees):
    wanted = _stop(frame.scalar(trees[0]))
    area, column = frame.value(trees[1]), int(_number(frame, trees[2]))
    exact = len(trees) > 3 and not _truth(frame.scalar(trees[3]))
    found = None
    for row in frame.evaluator.rows(area):
        key = row[0]
        if exact:
            if _same(key, wanted) or (
                isinstance(key, str) and key.casefold() == str(wanted).casefold()
            ):
                return row[column - 1]
        elif key is not None and compare("<=", key, wanted):
            found = row
    if found is None:
        raise Raised("#N/A", f"Did not find value '{to_text(wanted)}' in VLOOKUP.")
    return found[column - 1]


def _check(test):
    return lambda frame, trees: test(frame.scalar(trees[0]))


def _of_moment(part):
    return lambda frame, trees: part(moment(_number(frame, trees[0])))


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


FUNCTIONS = {
    "IF": _if,
    "IFS": _ifs,
    "IFERROR": _iferror,
    "IFNA": _iferror,
    "SUM": lambda frame, trees: _sum_of(_numbers(frame, trees)),
    "AVERAGE": _average,
    "MIN": lambda frame, trees: min(_numbers(frame, trees), default=0),
    "MAX": lambda frame, trees: max(_numbers(frame, trees), default=0),
    "COUNT": _count,
    "COUNTA": _counta,
    "COUNTBLANK": _countblank,
    "COUNTIF": _countifs,
    "COUNTIFS": _countifs,
    "SUMIF": _sumif,
    "SUMIFS": _sumifs,
    "AVERAGEIF": _averageif,
    "AVERAGEIFS": lambda f, t: _mean(_matched_numbers(f, t[0], t[1:])),
    "TODAY": lambda frame, trees: math.floor(frame.book.now()),
    "NOW": lambda frame, trees: frame.book.now(),
    "DATE": _date,
    "TIME": _time,
    "YEAR": _of_moment(lambda when: when.year),
    "MONTH": _of_moment(lambda when: when.month),
    "DAY": _of_moment(lambda when: when.day),
    "HOUR": _of_moment(lambda when: when.hour),
    "MINUTE": _of_moment(lambda when: when.minute),
    "SECOND": _of_moment(lambda when: when.second),
    "WEEKDAY": _weekday,
    "EDATE": lambda f, t: _shifted_month(f, t, end=False),
    "EOMONTH": lambda f, t: _shifted_month(f, t, end=True),
    "ROUND": lambda f, t: _rounded(f, t, "near"),
    "ROUNDUP": lambda f, t: _rounded(f, t, "up"),
    "ROUNDDOWN": lambda f, t: _rounded(f, t, "down"),
    "INT": lambda f, t: math.floor(_number(f, t[0])),
    "ABS": lambda f, t: abs(_number(f, t[0])),
    "MOD": _modulo,
    "TEXT": _text_function,
    "VALUE": _value,
    "LEN": lambda f, t: len(_text(f, t[0])),
    "LEFT": _left,
    "RIGHT": _right,
    "MID": _mid,
    "TRIM": lambda f, t: " ".join(_text(f, t[0]).split(" ")).strip(),
    "UPPER": lambda f, t: _text(f, t[0]).upper(),
    "LOWER": lambda f, t: _text(f, t[0]).lower(),
    "SUBSTITUTE": _substitute,
    "CONCATENATE": lambda f, t: "".join(to_text(_stop(i)) for i in _items(f, t)),
    "JOIN": _join,
    "AND": _and,
    "OR": _or,
    "NOT": lambda f, t: not _truth(f.scalar(t[0])),
    "ISBLANK": _check(lambda value: value is None),
    "ISNUMBER": _check(_is_number),
    "ISTEXT": _check(lambda value: isinstance(value, str)),
    "ISERROR": _check(lambda value: isinstance(value, CellError)),
    "ISNA": _check(lambda value: getattr(value, "code", None) == "#N/A"),
    "N": lambda f, t: 0 if isinstance(f.scalar(t[0]), str) else _number(f, t[0]),
    "NA": lambda frame, trees: CellError("#N/A"),
    "MATCH": _match,
    "FILTER": _filter,
    "INDEX": _index,
    "VLOOKUP": _vlookup,
    "SORT": _sort,
    "ROW": lambda f, t: (f.value(t[0]).box.top if t else f.row) + 1,
    "COLUMN": lambda f, t: (f.value(t[0]).box.left if t else f.column) + 1,
    "HYPERLINK": lambda f, t: _text(f, t[-1]),
}

"""A small formula engine: what the app's own sheets and tests of it need.

Operators + - * / ^ & = <> < <= > >= and %, text, numbers, TRUE/FALSE, references
across tabs, open ranges and named ranges; functions are listed in `functions`.
"""

import re
from itertools import chain
from typing import Any, NamedTuple

from tests.sheets_api.a1 import Box
from tests.sheets_api.cells import CellError, number
from tests.sheets_api.entering import enter
from tests.sheets_api.references import match_reference
from tests.sheets_api.rendering import format_value

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+")
_STRING = re.compile(r'"((?:[^"]|"")*)"')
_NAME = re.compile(r"[^\W\d][\w.]*")
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)")
_OPERATOR = re.compile(r"<>|<=|>=|[-+*/^&=<>%(),;:{}]")
_LEVELS = (("=", "<>", "<", "<=", ">", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
PARSE_ERROR = CellError("#ERROR!", "Formula parse error.")


class Token(NamedTuple):
    kind: str
    value: Any


class Area(NamedTuple):
    """A range in a formula, read only when a function asks for it."""

    sheet: Any
    box: Box


class Block(NamedTuple):
    """Values that a function computed, row by row; they do not spill here."""

    lines: list


class FormulaError(Exception):
    """A formula that cannot be parsed."""


def _tokens(text):
    tokens, at = [], 1
    while at < len(text):
        found = _SPACE.match(text, at)
        if found:
            at = found.end()
            continue
        token, at = _next_token(text, at)
        tokens.append(token)
    return tokens


def _next_token(text, at):
    found = _STRING.match(text, at)
    if found:
        return Token("literal", found[1].replace('""', '"')), found.end()
    found = _ERROR.match(text, at)
    if found:
        return Token("literal", CellError(found[0])), found.end()
    reference = match_reference(text, at)
    if reference:
        return Token("reference", reference[0]), reference[1]
    found = _NUMBER.match(text, at)
    if found:
        return Token("literal", number(float(found[0]))), found.end()
    found = _NAME.match(text, at)
    if found:
        return Token("name", found[0]), found.end()
    found = _OPERATOR.match(text, at)
    if found:
        return Token("operator", found[0]), found.end()
    raise FormulaError(text[at:])


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0

    def _peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "")

    def _take(self, *operators):
        token = self._peek()
        if token.kind == "operator" and token.value in operators:
            self.at += 1
            return token.value
        return None

    def _need(self, operator):
        if not self._take(operator):
            raise FormulaError(f"{operator} is missing")

    def whole(self):
        tree = self._level(0)
        if self._peek().kind != "end":
            raise FormulaError("more than one expression")
        return tree

    def _level(self, depth):
        if depth == len(_LEVELS):
            return self._signed()
        tree = self._level(depth + 1)
        while operator := self._take(*_LEVELS[depth]):
            tree = ("binary", operator, tree, self._level(depth + 1))
        return tree

    def _signed(self):
        sign = self._take("-", "+")
        if sign:
            inner = self._signed()
            return ("negative", inner) if sign == "-" else inner
        tree = self._atom()
        while self._take("%"):
            tree = ("binary", "/", tree, ("literal", 100))
        return tree

    def _atom(self):
        token = self._peek()
        self.at += 1
        if token.kind == "literal":
            return ("literal", token.value)
        if token.kind == "reference":
            return ("reference", token.value)
        if token.kind == "name":
            return self._named(token.value)
        if token == Token("operator", "("):
            tree = self._level(0)
            self._need(")")
            return tree
        if token == Token("operator", "{"):
            return self._array()
        raise FormulaError(f"{token.value} is not expected")

    def _array(self):
        """{a,b;c,d}: columns beside each other, rows below each other."""
        rows = [[self._level(0)]]
        while mark := self._take(",", ";"):
            if mark == ";":
                rows.append([])
            rows[-1].append(self._level(0))
        self._need("}")
        return ("array", rows)

    def _named(self, name):
        if self._take("("):
            return ("call", name.upper(), self._arguments())
        if name.upper() in ("TRUE", "FALSE"):
            return ("literal", name.upper() == "TRUE")
        return ("named", name)

    def _arguments(self):
        if self._take(")"):
            return []
        arguments = []
        while True:
            token = self._peek()
            if token.kind == "operator" and token.value in ",;)":
                arguments.append(("literal", None))
            else:
                arguments.append(self._level(0))
            if self._take(")"):
                return arguments
            if not self._take(",", ";"):
                raise FormulaError(") is missing")


def parse(text):
    """A formula as a tree.

    Raises:
        FormulaError: It is no formula.
    """
    return _Parser(_tokens(text)).whole()


class Evaluator:
    """Computes formula cells of one workbook at one moment.

    Args:
        book: Gives `sheet_titled`, `named_area`, `locale` and `now`.
    """

    def __init__(self, book, functions):
        self.book = book
        self.functions = functions
        self.known = {}
        self._trees = {}
        self._busy = set()

    def cell_value(self, sheet, row, column):
        """The effective value of a cell; blank and off the grid are None."""
        cell = sheet.cell(row, column)
        if cell.formula is None:
            return cell.value
        place = (sheet.sheet_id, row, column)
        if place in self.known:
            return self.known[place]
        if place in self._busy:
            return CellError("#REF!", "Circular dependency detected.")
        self._busy.add(place)
        try:
            value = self._compute(cell.formula, sheet, row, column)
        finally:
            self._busy.discard(place)
        self.known[place] = value
        return value

    def _compute(self, formula, sheet, row, column):
        try:
            tree = self._trees.get(formula) or self._trees.setdefault(
                formula, parse(formula)
            )
        except FormulaError:
            return PARSE_ERROR
        except RecursionError:
            return CellError("#ERROR!")
        value = self.scalar(_Frame(self, sheet, row, column).value(tree))
        return 0 if value is None else number(value)

    def rows(self, area):
        """The values of an area, row by row, up to the tab's last filled row."""
        box = area.box.clipped(area.sheet.filled_rows(), area.sheet.columns)
        for row in range(box.top, box.bottom):
            yield [
                self.cell_value(area.sheet, row, column)
                for column in range(box.left, box.right)
            ]

    def values(self, value):
        """The values of an argument, one by one."""
        if isinstance(value, (Area, Block)):
            for row in self.lines(value):
                yield from row
        else:
            yield value

    def lines(self, value):
        """The values of an argument, row by row."""
        if isinstance(value, Area):
            return list(self.rows(value))
        return value.lines if isinstance(value, Block) else [[value]]

    def scalar(self, value):
        """One value of an argument; of a range its first cell."""
        if isinstance(value, Block):
            return value.lines[0][0] if value.lines else None
        if not isinstance(value, Area):
            return value
        box = value.box.clipped(value.sheet.rows, value.sheet.columns)
        if box.empty:
            return CellError("#REF!")
        return self.cell_value(value.sheet, box.top, box.left)


class _Frame:
    """The evaluation of one cell's tree."""

    def __init__(self, evaluator, sheet, row, column):
        self.evaluator = evaluator
        self.book = evaluator.book
        self.sheet = sheet
        self.row = row
        self.column = column

    def value(self, tree):
        return getattr(self, f"_{tree[0]}")(*tree[1:])

    def scalar(self, tree):
        return self.evaluator.scalar(self.value(tree))

    def block(self, tree):
        """The values of a tree cell by cell, as within FILTER and SORT.

        Operators work on each cell of a range, a single value on all of them; ROW of
        a range gives its rows' numbers.
        """
        if tree[0] == "binary":
            return self._each(tree[1], self.block(tree[2]), self.block(tree[3]))
        if tree[0] == "array":
            return self._array_lines(tree[1])
        if tree[0] == "call" and tree[1] == "ROW" and tree[2]:
            area = self.value(tree[2][0])
            count = len(self.evaluator.lines(area))
            return [[area.box.top + 1 + row] for row in range(count)]
        return self.evaluator.lines(self.value(tree))

    def _each(self, operator, left, right):
        height, width = max(len(left), len(right)), max(_width(left), _width(right))
        return [
            [
                self._operated(operator, _at(left, r, c), _at(right, r, c))
                for c in range(width)
            ]
            for r in range(height)
        ]

    def _array(self, rows):
        return Block(self._array_lines(rows))

    def _array_lines(self, rows):
        lines = []
        for parts in rows:
            blocks = [self.block(part) for part in parts]
            if len({len(block) for block in blocks}) > 1:
                raise Raised("#REF!", "Function ARRAY_ROW has mismatched row size.")
            lines += [list(chain(*line)) for line in zip(*blocks, strict=True)]
        return lines

    def _literal(self, value):
        return value

    def _reference(self, reference):
        sheet = self.sheet
        if reference.title is not None:
            sheet = self.book.sheet_titled(reference.title)
            if sheet is None:
                return CellError("#REF!", f"Unresolved sheet name '{reference.title}'.")
        box = reference.box()
        if reference.last is None and not (
            box.top < sheet.rows and box.left < sheet.columns
        ):
            return CellError("#REF!")
        return Area(sheet, box)

    def _named(self, name):
        area = self.book.named_area(name)
        return Area(*area) if area else CellError("#NAME?", f"Unknown name '{name}'.")

    def _negative(self, tree):
        value = to_number(self.scalar(tree))
        return value if isinstance(value, CellError) else -value

    def _binary(self, operator, left, right):
        return self._operated(operator, self.scalar(left), self.scalar(right))

    @staticmethod
    def _operated(operator, left, right):
        for side in (left, right):
            if isinstance(side, CellError):
                return side
        if operator == "&":
            return to_text(left) + to_text(right)
        if operator in _LEVELS[0]:
            return compare(operator, left, right)
        return _arithmetic(operator, to_number(left), to_number(right))

    def _call(self, name, arguments):
        function = self.functions.get(name)
        if function is None:
            return CellError("#NAME?", f"Unknown function: '{name}'.")
        try:
            return function(self, arguments)
        except Raised as stop:
            return stop.error
        except (IndexError, ValueError, TypeError):
            return CellError("#N/A", f"Wrong number of arguments to {name}.")

    @property
    def functions(self):
        return self.evaluator.functions


def _width(lines):
    return len(lines[0]) if lines else 0


def _at(lines, row, column):
    """A value of a block; a single row or column stands for all of them."""
    row, column = (0 if len(lines) == 1 else row), (0 if _width(lines) == 1 else column)
    if row < len(lines) and column < len(lines[row]):
        return lines[row][column]
    return CellError("#N/A")


class Raised(Exception):
    """Carries an error value out of a function."""

    def __init__(self, code, message=""):
        super().__init__(code)
        self.error = CellError(code, message)


def _arithmetic(operator, left, right):
    for side in (left, right):
        if isinstance(side, CellError):
            return side
    if operator == "/":
        if right == 0:
            return CellError("#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
        return number(left / right)
    try:
        if operator == "^":
            return number(left**right)
        return number(
            {"+": left + right, "-": left - right, "*": left * right}[operator]
        )
    except (OverflowError, ZeroDivisionError):
        return CellError("#NUM!")


def to_number(value):
    """A value as a number; text that is none gives #VALUE!."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        read = enter(value, "en_US", 2000).value if value.strip() else None
        if isinstance(read, (int, float)) and not isinstance(read, bool):
            return read
        return CellError("#VALUE!", f"'{value}' is a text and cannot be a number.")
    return value


def to_text(value):
    return format_value(value, None)


def rank(value):
    """A key to order by. Numbers come before texts before booleans."""
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, str):
        return (1, value.casefold())
    return (0, value)


def compare(operator, left, right):
    """A comparison; a blank equals 0, "" and FALSE."""
    if left is None:
        left = _blank_like(right)
    if right is None:
        right = _blank_like(left)
    low, high = rank(left), rank(right)
    return {
        "=": low == high,
        "<>": low != high,
        "<": low < high,
        "<=": low <= high,
        ">": low > high,
        ">=": low >= high,
    }[operator]


def _blank_like(other):
    if isinstance(other, bool):
        return False
    return "" if isinstance(other, str) else 0

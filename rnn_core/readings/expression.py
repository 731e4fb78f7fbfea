"""Goals: what must hold of a result, written over its readings.

    log10_reach > -1 and activation == "tanh" and seq_len == 60

Numbers, readings, + - * / ** and brackets; < <= > >= == != between numbers (also chained), == != in
between words; and, or, not. Python's grammar reads the text, and nothing of it is ever run: each
piece is checked against the few kinds allowed here, and evaluated by hand in floats.

Whatever is wrong is a BadExpression, whose sentence names the place. A number that there is not
(NaN) makes every comparison with it false.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rnn_core.readings.named import FLAG, NUMBER, WORD, Named, Readings, Value
from rnn_core.settings import nearest

MOST_LETTERS = 400
MOST_DEPTH = 12
MOST_PIECES = 120

_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARED: dict[type[ast.cmpop], tuple[str, Callable[[Value, Value], bool]]] = {
    ast.Lt: ("below", operator.lt),
    ast.LtE: ("at most", operator.le),
    ast.Gt: ("above", operator.gt),
    ast.GtE: ("at least", operator.ge),
    ast.Eq: ("", operator.eq),
    ast.NotEq: ("not", operator.ne),
}
_IN: dict[type[ast.cmpop], bool] = {ast.In: True, ast.NotIn: False}


class BadExpression(ValueError):
    """What is wrong with an expression, and the place in it: a character, counted from 1."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(f"{why} (character {at})")
        self.why, self.at = why, at


@dataclass(frozen=True)
class Part:
    """One of the conditions that a goal joins by “and”."""

    text: str
    node: ast.expr
    names: Mapping[str, Named]

    def holds(self, readings: Readings) -> bool:
        """Whether it is so."""
        return _truth(self.node, readings)

    def wanted(self) -> str:
        """What it asks for, in words; the condition itself where it is no plain comparison."""
        node = self.node
        if isinstance(node, ast.Name):
            return f"{self.names[node.id].label}"
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Name):
            return f"not {self.names[node.operand.id].label}"
        if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.Name):
            return self.text
        if len(node.ops) > 1 or type(node.ops[0]) not in _COMPARED:
            return self.text
        if _names(node.comparators[0]):
            return self.text
        one = self.names[node.left.id]
        value = _value(node.comparators[0], Readings(self.names, None))
        word = _COMPARED[type(node.ops[0])][0]
        return " ".join(filter(None, (f"{one.label}:", word, one.wanted(value))))

    def now(self, readings: Readings) -> str:
        """What its readings are, in words."""
        found = [readings.names[name] for name in _names(self.node)]
        if len(found) == 1:
            return readings.say(found[0].name)
        return ", ".join(f"{one.label} {readings.say(one.name)}" for one in found)


@dataclass(frozen=True)
class Expression:
    """An expression that has been checked."""

    text: str
    node: ast.expr
    names: Mapping[str, Named]

    @property
    def asked(self) -> tuple[str, ...]:
        """The readings that it asks for."""
        return _names(self.node)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The conditions that it joins by “and”; itself alone where it joins none."""
        joined = isinstance(self.node, ast.BoolOp) and isinstance(self.node.op, ast.And)
        nodes = self.node.values if joined else [self.node]  # type: ignore[attr-defined]
        return tuple(Part(ast.unparse(node), node, self.names) for node in nodes)

    def holds(self, readings: Readings) -> bool:
        """Whether it is so."""
        return _truth(self.node, readings)

    def value(self, readings: Readings) -> Value:
        """Its value, a number as a float."""
        return _value(self.node, readings)


def parse(text: str, names: Mapping[str, Named]) -> Expression:
    """A condition over the readings `names`. Raises BadExpression."""
    found = _parsed(text, names)
    if (kind := _kind(found.node, names)) != FLAG:
        raise BadExpression(f"a goal must be true or false, this is a {kind}", 1)
    return found


def parse_value(text: str, names: Mapping[str, Named]) -> Expression:
    """Anything that has a value: a number, a word or a condition. Raises BadExpression."""
    found = _parsed(text, names)
    _kind(found.node, names)
    return found


# -- reading


def _short(text: str) -> str:
    """A piece of it, on one line, as it is repeated to its author."""
    text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text if len(text) <= 40 else text[:39] + "…"


def _parsed(text: str, names: Mapping[str, Named]) -> Expression:
    if not text.strip():
        raise BadExpression("there is nothing in it", 1)
    if len(text) > MOST_LETTERS:
        raise BadExpression(f"it may have {MOST_LETTERS} characters, has {len(text)}", MOST_LETTERS)
    line = " ".join(text.split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on style are not for this reader
            node = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        at = min(error.offset or len(line), len(line))  # without one it ends too early
        raise BadExpression(f"it cannot be read from “{_short(line[at - 1 :])}” on", at) from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise BadExpression("it cannot be read", 1) from None
    if (pieces := sum(1 for _ in ast.walk(node))) > MOST_PIECES:
        raise BadExpression(f"it may have {MOST_PIECES} pieces, has {pieces}", 1)
    if _depth(node) > MOST_DEPTH:
        raise BadExpression(f"brackets may go {MOST_DEPTH} deep", 1)
    return Expression(line, node, names)


def _depth(node: ast.AST) -> int:
    return 1 + max((_depth(each) for each in ast.iter_child_nodes(node)), default=0)


def _at(node: ast.expr) -> int:
    return node.col_offset + 1


def _names(node: ast.AST) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name)))


def _kind(node: ast.expr, names: Mapping[str, Named]) -> str:
    """NUMBER, WORD or FLAG; refuses what is none, and what compares one with another."""
    if isinstance(node, ast.Constant):
        return _kind_of_constant(node)
    if isinstance(node, ast.Name):
        return _named(node, names).kind
    if isinstance(node, ast.BoolOp):
        for each in node.values:
            _must(each, names, FLAG, "“and” and “or” join conditions")
        return FLAG
    if isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            return _must(node.operand, names, FLAG, "“not” stands before a condition")
        if isinstance(node.op, ast.USub | ast.UAdd):
            return _must(node.operand, names, NUMBER, "a sign stands before a number")
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        _must(node.left, names, NUMBER, "one reckons with numbers")
        return _must(node.right, names, NUMBER, "one reckons with numbers")
    if isinstance(node, ast.Compare):
        return _compared(node, names)
    said = _short(ast.unparse(node))
    raise BadExpression(f"“{said}” is not allowed: a goal has no {_called(node)}", _at(node))


def _called(node: ast.expr) -> str:
    words = {ast.Call: "calls", ast.Attribute: "attributes", ast.Subscript: "indices"}
    return words.get(type(node), "such thing")


def _kind_of_constant(node: ast.Constant) -> str:
    if isinstance(node.value, bool):
        return FLAG
    if isinstance(node.value, int | float):
        try:
            float(node.value)
        except OverflowError:
            raise BadExpression("a number is too large", _at(node)) from None
        return NUMBER
    if isinstance(node.value, str):
        return WORD
    raise BadExpression(
        f"“{_short(ast.unparse(node))}” is no number, word or True, False", _at(node)
    )


def _named(node: ast.Name, names: Mapping[str, Named]) -> Named:
    if node.id not in names:
        meant = nearest(node.id, names)
        hint = f" (did you mean {meant}?)" if meant else ""
        raise BadExpression(f"there is no reading “{_short(node.id)}”{hint}", _at(node))
    return names[node.id]


def _must(node: ast.expr, names: Mapping[str, Named], wanted: str, why: str) -> str:
    if (kind := _kind(node, names)) != wanted:
        said = _short(ast.unparse(node))
        raise BadExpression(f"{why}, but “{said}” is a {kind}", _at(node))
    return wanted


def _compared(node: ast.Compare, names: Mapping[str, Named]) -> str:
    sides = [node.left, *node.comparators]
    for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
        kind = _kind(left, names)
        if type(op) in _IN:
            if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
                raise BadExpression('“in” wants words in brackets: ("a", "b")', _at(right))
            others = right.elts
            if kind != WORD:
                raise BadExpression("“in” is for words", _at(left))
        elif type(op) in _COMPARED:
            others = [right]
            if kind != NUMBER and not isinstance(op, ast.Eq | ast.NotEq):
                raise BadExpression(f"a {kind} is neither larger nor smaller", _at(left))
        else:
            raise BadExpression("“is” is not allowed: write ==", _at(right))
        for other in others:
            _must(other, names, kind, f"a {kind} is compared with a {kind}")
            _known(left, other, names)
            _known(other, left, names)
    return FLAG


def _known(one: ast.expr, other: ast.expr, names: Mapping[str, Named]) -> None:
    """A reading that is one of several words can be no other."""
    if not isinstance(one, ast.Name) or not isinstance(other, ast.Constant):
        return
    words = names[one.id].words
    if words and other.value not in words:
        meant = nearest(str(other.value), words)
        hint = f"did you mean {meant}?" if meant else f"one of {', '.join(words)}"
        raise BadExpression(f"{one.id} is never “{_short(str(other.value))}” ({hint})", _at(other))


# -- evaluating, by hand


def _truth(node: ast.expr, readings: Readings) -> bool:
    return bool(_value(node, readings))


def _value(node: ast.expr, readings: Readings) -> Value:
    if isinstance(node, ast.Constant):
        value = node.value
        return value if isinstance(value, bool | str) else float(value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return readings[node.id]
    if isinstance(node, ast.BoolOp):
        some = all if isinstance(node.op, ast.And) else any
        return some(_truth(each, readings) for each in node.values)
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand, readings)
        if isinstance(node.op, ast.Not):
            return not value
        return -float(value) if isinstance(node.op, ast.USub) else float(value)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, readings), _value(node.right, readings)
        return _reckoned(_ARITHMETIC[type(node.op)], float(left), float(right))
    assert isinstance(node, ast.Compare)  # nothing else has been let in
    return _all_hold(node, readings)


def _reckoned(how: Callable[[float, float], float], left: float, right: float) -> float:
    """In floats; NaN where there is no such number, infinity where it is too large."""
    try:
        found = how(left, right)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.nan
    return found if isinstance(found, float) else math.nan  # a root of what is below 0


def _all_hold(node: ast.Compare, readings: Readings) -> bool:
    left = _value(node.left, readings)
    for op, side in zip(node.ops, node.comparators, strict=True):
        if isinstance(side, ast.Tuple | ast.List):
            found = left in [_value(each, readings) for each in side.elts]
            if found != _IN[type(op)]:
                return False
            continue
        right = _value(side, readings)
        if _missing(left) or _missing(right) or not _COMPARED[type(op)][1](left, right):
            return False
        left = right
    return True


def _missing(value: Value) -> bool:
    return isinstance(value, float) and math.isnan(value)

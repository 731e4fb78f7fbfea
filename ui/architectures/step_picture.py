"""One step of a cell as a small drawing: the way straight on, the way round by the weights, and
what decides how much goes where. It is made of the cell's fields, and so any cell has one."""

from __future__ import annotations

import html
from collections.abc import Callable

from rnn_core.cells.cell import Cell
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import FULL, PLAIN, Said, alike, at, joined

WIDTH, HEIGHT = 240, 112
_ROAD, _ROUND, _INPUT = 24, 66, 102  # heights: the state's way, that of the weights, the input
_OLD, _FACTOR, _SUM, _NEW = 16, 104, 184, 224  # on the state's way, from the left
_HEARD, _MADE = 66, 140  # on the way round: what hears the state, what makes a new value
_CIRCLE = 14

_WEIGHTS, _BEND = Said("W", plain="weights"), Said("φ", plain="bend")
_STATES, _FED = (Said("s₋", plain="old"), Said("s", plain="new")), Said("x", plain="input")


def drawn(cell: Cell, say: Callable[[str], str]) -> str:
    """SVG in one ink, to be a mask over the colour of the text around it; `say` chooses between
    words in two depths."""
    before, after = (say(word) for word in _STATES)
    parts = [_circle(_OLD, before), _circle(_NEW, after)]
    if cell.straight:
        parts += _straight(f"× {say(cell.straight)}")
    straight_line = cell.activation is not None and ACTIVATIONS[cell.activation].linear
    made = say(_WEIGHTS if straight_line else _BEND)
    if heard := _heard_by(cell):
        parts += _round(say(heard), made)
    parts += [
        _box(_MADE, _ROUND, made),
        _text(_MADE, _INPUT, say(_FED)),
        _arrow(_MADE, _INPUT - 12, _MADE, _ROUND + 11),
        _line(_MADE + _width(made) / 2, _ROUND, _SUM, _ROUND),
    ]
    if cell.straight:
        parts += [_arrow(_SUM, _ROUND, _SUM, _ROAD + 9), _circle(_SUM, "+", 9)]
        parts += [_arrow(_SUM + 9, _ROAD, _NEW - _CIRCLE, _ROAD)]
    else:
        parts += [_line(_SUM, _ROUND, _SUM, _ROAD), _arrow(_SUM, _ROAD, _NEW - _CIRCLE, _ROAD)]
    if cell.kept is not None:
        parts += _gate(cell, say(_FED))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" '
        f'stroke="#000" stroke-width="1.5" font-family="sans-serif" font-size="12">'
        f"{''.join(parts)}</svg>"
    )


def said(cell: Cell) -> Said:
    """The same in words."""
    ways = []
    if cell.straight:
        times = "straight on, times "
        ways.append(Said(times + at(cell.straight, FULL), plain=times + at(cell.straight, PLAIN)))
    if "W_h" in cell.learned:
        ways.append(alike("round by the recurrent weights"))
    elif _heard_by(cell):
        alone = "each unit by itself"
        ways.append(Said(f"{alone}, times {cell.shared} and the slope", plain=alone))
    seen = ""
    if cell.kept is not None:
        also = " and the state" if "W_h" in cell.learned else " alone"
        seen = f"; its gates see the input{also}"
    return alike(f"One step of {cell.the}: the state goes ") + joined(ways, " and ") + f"{seen}."


def _heard_by(cell: Cell) -> Said | None:
    """What the state goes through on its way round, if there is one."""
    if "W_h" in cell.learned:
        return _WEIGHTS
    alone = cell.diagonal and cell.kept is None
    return Said(cell.shared, plain="own rate") if alone else None


def _straight(factor: str) -> list[str]:
    half = _width(factor) / 2
    return [
        _line(_OLD + _CIRCLE, _ROAD, _FACTOR - half, _ROAD),
        _box(_FACTOR, _ROAD, factor),
        _arrow(_FACTOR + half, _ROAD, _SUM - 9, _ROAD),
    ]


def _round(heard: str, made: str) -> list[str]:
    return [
        _line(_OLD, _ROAD + _CIRCLE, _OLD, _ROUND),
        _arrow(_OLD, _ROUND, _HEARD - _width(heard) / 2, _ROUND),
        _box(_HEARD, _ROUND, heard),
        _arrow(_HEARD + _width(heard) / 2, _ROUND, _MADE - _width(made) / 2, _ROUND),
    ]


def _gate(cell: Cell, fed: str) -> list[str]:
    """From where the gate on the straight way has its say: the input, or the state as well."""
    dashed, height = ' stroke-dasharray="3 2" stroke-width="1"', _INPUT - 4
    start = _MADE - 4 - 3 * len(fed)
    parts = [_line(start, height, _FACTOR, height, dashed)]
    parts += [_arrow(_FACTOR, height, _FACTOR, _ROAD + 11, dashed)]
    if "W_h" in cell.learned:
        parts += [_line(_OLD + 10, _ROAD + 10, _FACTOR, _ROAD + 22, dashed)]
    return parts


# -- lines, boxes and letters


def _line(x: float, y: float, to_x: float, to_y: float, how: str = "") -> str:
    return f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}"{how}/>'


def _arrow(x: float, y: float, to_x: float, to_y: float, how: str = "") -> str:
    """A line to the right or upwards, with a head."""
    up = x == to_x
    ends = ((-3, 5), (3, 5)) if up else ((-5, -3), (-5, 3))
    corners = " ".join(f"{to_x + dx:g},{to_y + dy:g}" for dx, dy in ((0, 0), *ends))
    head = f'<polygon points="{corners}" fill="#000" stroke="none"/>'
    return _line(x, y, to_x, to_y, how) + head


def _circle(x: float, text: str, radius: float = _CIRCLE) -> str:
    return f'<circle cx="{x:g}" cy="{_ROAD}" r="{radius:g}"/>{_text(x, _ROAD, text)}'


def _width(text: str) -> float:
    """Of the box of a text, as wide as letters are on average."""
    return 12 + 6.4 * len(text)


def _box(x: float, y: float, text: str) -> str:
    width = _width(text)
    box = f'<rect x="{x - width / 2:g}" y="{y - 11:g}" width="{width:g}" height="22" rx="4"/>'
    return box + _text(x, y, text)


def _text(x: float, y: float, text: str) -> str:
    letters = html.escape(text)
    return (
        f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle" fill="#000" stroke="none">{letters}'
        "</text>"
    )

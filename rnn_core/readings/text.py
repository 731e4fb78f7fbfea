"""Sentences with readings in braces: "σ_max is {sigma_max}, so {sigma_max**59} at most".

What stands in braces is an expression; a lone reading is said as it says itself, without its unit,
any other number to three digits. {{ and }} are braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rnn_core.readings.expression import BadExpression, Expression, parse_value
from rnn_core.readings.named import Named, Readings, amount

_PIECE = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|[{}])")


@dataclass(frozen=True)
class Text:
    """A text that has been checked: plain pieces, and expressions."""

    pieces: tuple[str | Expression, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        """The readings that it asks for."""
        asked = [piece.asked for piece in self.pieces if isinstance(piece, Expression)]
        return tuple(dict.fromkeys(name for names in asked for name in names))

    def filled(self, readings: Readings) -> str:
        """The text with what its expressions are now."""
        return "".join(
            piece if isinstance(piece, str) else _said(piece, readings) for piece in self.pieces
        )


def _said(piece: Expression, readings: Readings) -> str:
    value = piece.value(readings)
    if piece.text in readings.names:
        return readings.names[piece.text].plainly(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return amount(value)


def parse_text(text: str, names: Mapping[str, Named]) -> Text:
    """The text; raises BadExpression, with the place in the whole text."""
    pieces: list[str | Expression] = []
    at = 0
    for piece in _PIECE.split(text):
        if piece in ("{{", "}}"):
            pieces.append(piece[0])
        elif piece in ("{", "}"):
            raise BadExpression(f"a lone “{piece}”: write {piece * 2} for a brace", at + 1)
        elif piece.startswith("{"):
            try:
                pieces.append(parse_value(piece[1:-1], names))
            except BadExpression as error:
                raise BadExpression(f"in {piece}: {error.why}", at + 1 + error.at) from None
        elif piece:
            pieces.append(piece)
        at += len(piece)
    return Text(tuple(pieces))

"""A term of the field: what a page explains where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Term:
    """A letter or a word of the field, and all that is said of it.

    name: how pages know it, in letters and underscores. title: as its explanation is headed.
    signs: what it is called in texts, letters and words: a letter also with any index (δ for δ_t),
    a word as it begins a sentence, too. meaning: one sentence in plain words. formula: its
    definition, as texts write formulas (W_h, σ_max), or "" for what has none. source: who says so.
    now(flow): its value in a run, in words; None where a run has no one value of it.
    """

    name: str
    title: str
    signs: tuple[str, ...]
    meaning: str
    source: str
    formula: str = ""
    now: Callable[[Any], str] | None = None

    def __post_init__(self) -> None:
        for field in ("name", "title", "signs", "meaning", "source"):
            if not getattr(self, field):
                raise ValueError(f"Term {self.name!r} needs {field}")

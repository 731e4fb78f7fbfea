"""The terms: every letter and word of the field that stands on a page, explained once.

Texts mark them (`ui.look.typeset`), a touch opens the explanation where they stand, and the
glossary at the foot of a page is made of them.

To add one: an entry in one of the files here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import groupby

from ui.look.terms import gradients, matrices, network, theory
from ui.look.terms.term import Term

TERMS: dict[str, Term] = {
    term.name: term for module in (gradients, network, matrices, theory) for term in module.TERMS
}


def by_sign() -> dict[str, Term]:
    """The terms by what they are called in texts."""
    found: dict[str, Term] = {}
    for term in TERMS.values():
        for sign in term.signs:
            if sign in found:
                raise ValueError(f"{sign} is a sign of {found[sign].name} and of {term.name}")
            found[sign] = term
    return found


_BY_SIGN = by_sign()
# ∂L/∂h_t is one thing; what stands under ∂ elsewhere has a term of its own.
_DERIVATIVE = r"∂L(?:_\w)?/∂[hs](?:_(?:\{[^}]+\}|\w))?"
_INDEX = r"(?:_(?:\{[^}]+\}|max|[A-Za-z0-9]))?"


def _is_word(sign: str) -> bool:
    """Whether a sign stands by itself in a text, as a word does; else it is a letter or a few, and
    may have an index."""
    return len(sign) > 3 or " " in sign


def _word(sign: str) -> str:
    """A word as a sentence may begin with it, too."""
    first = f"[{sign[0].lower()}{sign[0].upper()}]" if sign[0].isalpha() else re.escape(sign[0])
    return first + re.escape(sign[1:])


def _around(sign: str) -> tuple[str, str]:
    """What may not stand before a letter, and what comes after it: its index, if it has none, and
    what may not follow."""
    before = r"(?<![\w′])" if sign[0].isalnum() else ""
    index = "" if "_" in sign else _INDEX
    after = r"(?![\w′])" if sign[-1].isalnum() else ""
    return before, index + after


def _letters(signs: Iterable[str]) -> Iterator[str]:
    """Letters, in their order; those with the same around them in one."""
    for (before, after), alike in groupby(signs, _around):
        yield f"{before}(?:{'|'.join(map(re.escape, alike))}){after}"


def _marked_by_itself(sign: str) -> bool:
    """Whether a text may be marked wherever the sign stands: not by a bare Latin letter, which may
    be any word's, nor by a sign that is part of every formula."""
    return len(sign) > 1 or "Α" <= sign <= "ω"


@cache
def _finder() -> re.Pattern[str]:
    """What finds any sign: the longest first. Words and letters are tried in a few groups and not
    one by one, since it goes through every text of a live answer, letter by letter."""
    marked = sorted(filter(_marked_by_itself, _BY_SIGN), key=len, reverse=True)
    words = "|".join(dict.fromkeys(_word(sign) for sign in marked if _is_word(sign)))
    latin = "".join(
        sign for sign in _BY_SIGN if len(sign) == 1 and sign.isascii() and sign.isalpha()
    )
    parts = [
        _DERIVATIVE,
        rf"(?<![\w-])(?:{words})(?![\w-])",
        *_letters(sign for sign in marked if not _is_word(sign)),
        # A Latin letter is a sign where it has an index.
        rf"(?<!\w)[{latin}]_(?:\{{[^}}]+\}}|[A-Za-z0-9](?!\w))",
    ]
    return re.compile("|".join(parts))


@lru_cache(1024)
def of(text: str) -> Term | None:
    """The term that a text is, or holds first; None if it holds none."""
    return next((term for term, _ in found(text)), None)


def found(text: str) -> Iterator[tuple[Term, re.Match[str]]]:
    """The terms of a text, in its order, with where they stand."""
    for match in _finder().finditer(text):
        if (term := named(match[0])) is not None:
            yield term, match


def named(sign: str) -> Term | None:
    """The term of a sign as a text writes it: δ_{t−1}, Horizon, φ′."""
    if re.fullmatch(_DERIVATIVE, sign):
        return TERMS["delta"]
    lower = sign[:1].lower() + sign[1:]
    bare = re.sub(r"_(\{[^}]+\}|.+)$", "", sign)
    return next((_BY_SIGN[each] for each in (sign, lower, bare) if each in _BY_SIGN), None)

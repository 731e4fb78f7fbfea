"""The terms: every letter and word of the field that stands on a page, explained once.

Texts mark them (`ui.look.typeset`), a touch opens the explanation where they stand, and the
glossary at the foot of a page is made of them.

To add one: an entry in one of the files here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

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


def _pattern(sign: str) -> str:
    """How a sign is found in a text: a letter with any index, a word by itself."""
    if len(sign) > 3 or " " in sign:
        first = f"[{sign[0].lower()}{sign[0].upper()}]" if sign[0].isalpha() else re.escape(sign[0])
        return rf"(?<![\w-]){first}{re.escape(sign[1:])}(?![\w-])"
    index = "" if "_" in sign else _INDEX
    before, after = r"(?<![\w′])", r"(?![\w′])"
    if not sign[-1].isalnum():
        after = ""
    if not sign[0].isalnum():
        before = ""
    return f"{before}{re.escape(sign)}{index}{after}"


def _marked_by_itself(sign: str) -> bool:
    """Whether a text may be marked wherever the sign stands: not by a bare Latin letter, which may
    be any word's, nor by a sign that is part of every formula."""
    return len(sign) > 1 or "Α" <= sign <= "ω"


@cache
def _finder() -> re.Pattern[str]:
    bare = [sign for sign in _BY_SIGN if _marked_by_itself(sign)]
    indexed = [sign for sign in _BY_SIGN if len(sign) == 1 and sign.isascii() and sign.isalpha()]
    ordered = sorted(bare, key=len, reverse=True)
    parts = [_DERIVATIVE, *(_pattern(sign) for sign in ordered)]
    # A Latin letter is a sign where it has an index.
    parts += [
        rf"(?<![\w]){letter}_(?:\{{[^}}]+\}}|[A-Za-z0-9](?!\w))" for letter in sorted(indexed)
    ]
    return re.compile("|".join(parts))


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


def of_texts(texts: Iterable[str]) -> tuple[Term, ...]:
    """The terms that texts hold, in the order of the registry."""
    names = {term.name for text in texts for term, _ in found(text)}
    return tuple(term for term in TERMS.values() if term.name in names)

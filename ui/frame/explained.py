"""The terms of the field: as the browser asks for them when one is opened, all in one piece, each
with its number in the result on screen; and as the table at the foot of a page."""

from __future__ import annotations

from collections.abc import Mapping

from ui import live
from ui.look.terms import TERMS, Term
from ui.look.typeset import lettered


def tell(now: Mapping[str, str]) -> None:
    """Every term, with its number `now` by name, where there is one."""
    live.words("terms", "".join(_one(term, now.get(term.name, "")) for term in TERMS.values()))


def _one(term: Term, now: str) -> str:
    rows = [
        ("formula", term.formula),
        ("now", f"Here: {now}." if now else ""),
        ("source", term.source),
    ]
    more = "".join(f'<p class="{name}">{lettered(text)}</p>' for name, text in rows if text)
    return (
        f'<section data-of="{term.name}"><h3>{lettered(term.title)}</h3>'
        f"<p>{lettered(term.meaning)}</p>{more}</section>"
    )


def numbers(flow) -> dict[str, str]:
    """Each term's number in a run, by its name."""
    return {term.name: term.now(flow) for term in TERMS.values() if term.now is not None}


def table() -> str:
    """Every term with what is said of it, as HTML."""
    rows = "".join(
        f"<tr><th scope='row'>{lettered(term.title)}</th><td>{lettered(term.meaning)}</td>"
        f"<td>{lettered(term.formula)}</td><td>{lettered(term.source)}</td></tr>"
        for term in sorted(TERMS.values(), key=lambda term: term.title.lower())
    )
    head = "".join(
        f"<th scope='col'>{name}</th>" for name in ("term", "meaning", "formula", "source")
    )
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<table class="unroll-glossary">{body}</table>'

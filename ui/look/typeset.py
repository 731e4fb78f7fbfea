"""Text with its indices set low, safe to stand in HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

# Letters with an index, as the texts write them: W_h, σ_max, δ_{t−1}.
_INDEXED = re.compile(r"\b([WhxzδλJLybσsc])_(?:\{([^}]+)\}|(max|[a-zA-Z0-9])(?![a-zA-Z0-9]))")


def indices(text: str) -> str:
    """Indices (W_h, δ_{t−1}) as <sub> and exponents (ρ^k) as <sup>; nothing else is touched."""
    text = _INDEXED.sub(lambda m: f"{m[1]}<sub>{m[2] or m[3]}</sub>", text)
    return text.replace("^k", "<sup>k</sup>")


# The indices that Unicode has; there is no T, and none for most letters.
_LOW = str.maketrans("0123456789+−-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def plain(text: str) -> str:
    """Text for where no markup may stand, as in a tooltip, safe to stand in an attribute: indices
    as the letters that Unicode has for them, as they are where it has none."""

    def low(m: re.Match) -> str:
        index = (m[2] or m[3]).translate(_LOW)
        return m[0] if any(letter.isascii() for letter in index) else m[1] + index

    return html.escape(_INDEXED.sub(low, text).replace("^k", "ᵏ"))


def typeset(text: str) -> str:
    """Plain text as HTML: escaped, with `indices`."""
    return indices(html.escape(text))


def facts(
    found: Iterable[tuple[str, str, str]],
    as_html: Callable[[str], str] = typeset,
    say: Callable[[str], str] = str,
) -> str:
    """The items of the line beside a verdict, from (name, value, what it means); `say` chooses
    between words in two depths."""
    return "".join(
        f'<div title="{plain(say(tip))}"><dt>{as_html(say(name))}</dt>'
        f"<dd>{as_html(say(value))}</dd></div>"
        for name, value, tip in found
    )

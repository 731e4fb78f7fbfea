"""Text with its indices set low, safe to stand in HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

from ui.look import terms

# Letters with an index, as the texts write them: W_h, σ_max, δ_{t−1}.
_INDEXED = re.compile(
    r"\b([WhxzδλJLybσscfigonrqvχ])_(?:\{([^}]+)\}|(max|[a-zA-Z0-9])(?![a-zA-Z0-9]))"
)


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


def marked(text: str) -> str:
    """A text with its terms as buttons, each where it first stands: what opens their explanation
    (static/live/page/terms.js). Nothing else is touched, so that a text may be escaped before."""
    done: set[str] = set()
    parts, at = [], 0
    for term, match in terms.found(text):
        if term.name in done:
            continue
        done.add(term.name)
        parts += [text[at : match.start()], _button(term.name, match[0])]
        at = match.end()
    return "".join([*parts, text[at:]])


def _button(name: str, said: str) -> str:
    """static/live/chart/chart.js knows this very form."""
    return f'<dfn tabindex="0" role="button" data-term="{name}">{said}</dfn>'


def lettered(text: str) -> str:
    """Plain text as HTML for where no button may stand, as in a link: escaped, with `indices`."""
    return indices(html.escape(text))


def typeset(text: str) -> str:
    """Plain text as HTML: escaped, with `indices`, its terms `marked`."""
    return indices(marked(html.escape(text)))


def captioned(text: str) -> str:
    """The same for a title or a caption of a chart, which escapes it itself."""
    return indices(marked(text))


def facts(
    found: Iterable[tuple[str, str, str]],
    as_html: Callable[[str], str] = typeset,
    say: Callable[[str], str] = str,
) -> str:
    """The items of the line beside a verdict, from (name, value, what it means); `say` chooses
    between words in two depths."""
    items = []
    for name, value, tip in found:
        named = as_html(say(name))
        # What opens an explanation needs no tooltip over it.
        title = "" if "data-term" in named else f' title="{plain(say(tip))}"'
        items.append(f"<div{title}><dt>{named}</dt><dd>{as_html(say(value))}</dd></div>")
    return "".join(items)


def verdict(
    head: str,
    found: Iterable[tuple[str, str, str]],
    says: str,
    why: str,
    as_html: Callable[[str], str] = typeset,
    say: Callable[[str], str] = str,
) -> str:
    """What leads a page, in a box whose height seldom changes: a title with its `facts` beside it,
    a sentence, and why."""
    return (
        '<section class="unroll-verdict" aria-live="polite"><div class="line">'
        f"<h1>{as_html(say(head))}</h1><dl>{facts(found, as_html, say)}</dl></div>"
        f'<p>{as_html(say(says))}</p><p class="why">{as_html(say(why))}</p></section>'
    )

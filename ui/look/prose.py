"""The little of Markdown that lessons are written in, as HTML: paragraphs, lists, *em*, **strong**,
`code` and [links](where); indices are set low. Nothing else of a text is markup."""

from __future__ import annotations

import html
import re

from ui.look.typeset import indices

_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?!\w)"), r"<em>\1</em>"),
)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def prose(text: str, root: str = "") -> str:
    """A text of several paragraphs as HTML. root: of the server, as the page sees it; without one
    the browser finds it."""
    blocks = re.split(r"\n\s*\n", text.strip())
    found = "".join(_block(block) for block in blocks if block.strip())
    return found.replace('data-to="', f'href="{root}') if root else found


def _block(block: str) -> str:
    lines = [line.strip() for line in block.splitlines()]
    if all(line.startswith(("- ", "* ")) for line in lines):
        return f"<ul>{''.join(f'<li>{inline(line[2:])}</li>' for line in lines)}</ul>"
    return f"<p>{inline(' '.join(lines))}</p>"


def inline(text: str) -> str:
    """One line of it as HTML."""
    found, at = "", 0
    for link in _LINK.finditer(text):
        found += _marked(text[at : link.start()]) + _linked(link[1], link[2])
        at = link.end()
    return found + _marked(text[at:])


def _marked(text: str) -> str:
    text = indices(html.escape(text, quote=False))
    for pattern, tag in _INLINE:
        text = pattern.sub(tag, text)
    return text


def _linked(words: str, where: str) -> str:
    """To a page of ours, from the root of the server (the browser knows where that is), or to
    https; anything else stays words."""
    to = html.escape(where)
    if where.startswith("https://"):
        return f'<a href="{to}" target="_blank" rel="noopener">{_marked(words)}</a>'
    if re.match(r"[a-z_]*\?|[a-z_]+$", where):
        return f'<a data-to="{to}">{_marked(words)}</a>'
    return _marked(words)

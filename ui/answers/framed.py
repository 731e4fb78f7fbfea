"""`?view=<name>&<settings>`: one figure as a page of its own, for the frame of another page.

Plain HTML and our modules, drawn from the live answer that the figure's page has too; no session of
Streamlit's, so that ten of them cost a course page ten answers. `Framed` is middleware, which
Streamlit's App takes: a request for one of the pages that names a view is answered here, and
everything else goes through.

Everything is addressed relative to the page it stands on, so it works behind any proxy; there is no
inline script, so it works under nginx's policy. What a link has wrong is said in the frame.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.frame import frame
from ui.live import assets
from ui.pages import PAGES
from ui.server.version import version
from ui.views import VIEWS, View

# What a link to a view may hold besides the settings of its page.
VIEW, THEME = "view", "theme"
THEMES = ("light", "dark")
# How a whole page is shown, which means nothing here.
OF_A_WHOLE_PAGE = ("hide", "present", "quiz", "lesson")
MOST_LETTERS = 4000  # of an address, as for an answer
_VIEWS = {view.name: view for view in VIEWS}
_PAGES = {page.name: page for page in PAGES}


def middleware() -> list[Middleware]:
    """For Streamlit's App."""
    return [Middleware(Framed)]


class Framed:
    """Middleware: an address that names a view is that figure."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pairs = _asked(scope)
        if pairs is None:
            await self.app(scope, receive, send)
            return
        # In a thread: it reads the settings, and the first of a server imports NumPy for it.
        made = await asyncio.to_thread(page, pairs)
        response = HTMLResponse(made.html, made.status, headers={"cache-control": "no-cache"})
        await response(scope, receive, send)


def _asked(scope: Scope) -> dict[str, str] | None:
    """The query of a request for one of our pages that names a view, else None."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    query = scope.get("query_string", b"").decode("latin-1")
    if f"{VIEW}=" not in query or scope["path"] not in _paths():
        return None
    if "upgrade" in Headers(scope=scope):
        return None
    pairs = dict(parse_qsl(query[: MOST_LETTERS + 1], keep_blank_values=True))
    return pairs if VIEW in pairs else None


def _paths() -> set[str]:
    """Of the pages, at the root and under the server's own base path."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    roots = ("", f"/{base}") if base else ("",)
    return {f"{root}/{one.path}" for root in roots for one in PAGES}


@dataclass(frozen=True)
class Made:
    """A page, and its status."""

    html: str
    status: int = 200


def page(pairs: dict[str, str]) -> Made:
    """The page of a view: `pairs` are its link's, the settings of the view's page among them."""
    name, theme = pairs[VIEW], pairs.get(THEME, "")
    if name not in _VIEWS:
        return Made(_html("Unroll", theme, _sorry(_unknown(name))), 404)
    view = _VIEWS[name]
    settings, remarks = _settings(view, pairs)
    if theme and theme not in THEMES:
        remarks.append(f"theme is one of {', '.join(THEMES)}; “{_short(theme)}” was left out.")
    return Made(_html(view.title, theme, _figure(view, settings, remarks), view))


def _unknown(name: str) -> str:
    from rnn_core.settings import nearest  # here: as everything that imports NumPy

    meant = nearest(name, _VIEWS)
    hint = f" (did you mean {meant}?)" if meant else ""
    return f"{VIEW} is one of {', '.join(_VIEWS)}; there is no “{_short(name)}”{hint}."


def _short(text: str) -> str:
    from rnn_core.settings import short

    return short(text)


@dataclass(frozen=True)
class _Settings:
    """A page's settings as a link, and the sliders that move some of them."""

    query: str
    sliders: list[dict]


def _settings(view: View, pairs: dict[str, str]) -> tuple[_Settings, list[str]]:
    """What the view begins with, and a sentence for everything that the link has wrong."""
    import importlib

    from ui.controls import network, store, widgets
    from ui.settings.every import FOREIGN

    apart = {VIEW, THEME, *FOREIGN, *OF_A_WHOLE_PAGE}
    asked = {name: value for name, value in pairs.items() if name not in apart}
    remarks: list[str] = []
    if len(urlencode(asked)) > MOST_LETTERS:
        remarks.append(f"An address has {MOST_LETTERS} characters at most; this one is longer.")
        asked = {}
    for key, value in view.begins.items():
        if not _says(asked, view, key):
            asked[key] = value
    values, wrong = store.read(asked, view.page)
    remarks += [*wrong, *_bounded(values, asked, view)]
    own = importlib.import_module(f"ui.{view.page}.answers")
    with store.given(values):
        numbers = [
            network.number(name, any_activation=view.any_activation) for name in view.sliders
        ]
        return _Settings(
            store.link(own.address()),
            [widgets.as_slider(number) for number in numbers],
        ), remarks


def _says(asked: Mapping[str, str], view: View, key: str) -> bool:
    """Whether a link says anything of a setting."""
    from ui.settings.every import names_on, own_names

    names = (*own_names(key), *names_on(view.page).get(key, ()))
    return any(name in asked for name in names)


def _bounded(values: dict[str, Any], asked: Mapping[str, str], view: View) -> Iterator[str]:
    """Bring `values` to what the figure has by itself and may go to; what a link says otherwise."""
    from ui.settings.every import SETTINGS

    for key, text in view.fixed.items():
        setting, before = SETTINGS[key], values[key]
        values[key], _ = setting.read(text)
        if before != values[key] and _says(asked, view, key):
            was = setting.write(before)
            yield f"{setting.label} is {text} in this figure; {was} became {text}."
    for key, most in view.most.items():
        setting, before = SETTINGS[key], values[key]
        if before > most:
            values[key] = type(before)(most)
            yield (
                f"{setting.label} must be at most {most:g} in this figure; "
                f"{setting.write(before)} became {most:g}."
            )


# -- what it looks like


def _html(title: str, theme: str, body: str, view: View | None = None) -> str:
    chosen = f' data-theme="{theme}"' if theme in THEMES else ""
    script = (
        f'<script type="module" src="./{assets.entry(view.module)}" data-use="{view.module}">'
        "</script>"
        if view
        else ""
    )
    return f"""<!doctype html>
<html lang="en"{chosen}>
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex" />
<link rel="icon" href="./app/static/icon.svg" />
<title>{escape(title)} · Unroll</title>
<style>{frame.rules("view")}</style>
{script}
</head>
<body>
{body}
</body>
</html>
"""


def _figure(view: View, settings: _Settings, remarks: Iterable[str]) -> str:
    opened = f"./{_PAGES[view.page].path}"
    link = f"{opened}?{settings.query}"
    said = "".join(f"<p>{escape(remark)}</p>" for remark in remarks)
    notes = f'<div class="notes" role="note">{said}</div>' if said else ""
    words = "".join(f'<div class="says" data-words="{key}"></div>' for key in view.words)
    places = "".join(f'<div class="piece" data-piece="{key}"></div>' for key in view.pieces)
    data = {
        "view": view.name,
        "height": view.height,
        "query": settings.query,
        "answers": {
            "path": f"live/{version()}/{view.page}",
            "names": [view.asks],
            "explained": f"live/{version()}/{view.page}/explained",
        },
        "sliders": settings.sliders,
        "opens": opened,
    }
    # In a script element nothing ends but the element.
    packed = json.dumps(data).replace("<", "\\u003c")
    wide, middle, narrow = view.lines
    style = f"--height: {view.height}px; --wide: {wide}; --middle: {middle}; --narrow: {narrow}"
    return f"""{notes}
<main class="unroll-view" data-view="{view.name}" style="{style}">
<noscript><p>{escape(view.title)}: this figure is drawn by JavaScript, which is off here.
<a href="{escape(link)}" target="_blank" rel="noopener">Open it in Unroll</a>.</p></noscript>
<div class="read">{words}</div>
<div class="pieces">{places}</div>
<div class="sliders"></div>
<footer><a href="{escape(link)}" target="_blank" rel="noopener">Open in Unroll</a></footer>
</main>
<script type="application/json" id="unroll-view">{packed}</script>"""


def _sorry(sentence: str) -> str:
    return (
        f'<div class="notes" role="alert"><p>{escape(sentence)} '
        '<a href="./" target="_blank" rel="noopener">Open Unroll</a></p></div>'
    )

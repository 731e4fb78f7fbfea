"""The page that carries every page: Streamlit's, with what ours will need named at its top.

Streamlit's page says nothing of our modules: the browser would learn of them one by one, as they
are mounted and import each other, and of plotly.js last. Named in the head they come while
Streamlit starts, and the first page's picture is drawn before there is a page
(static/live/page/early.js). `Shell` is middleware, which Streamlit's App takes; a page that is not
what is expected goes out as it is.
"""

from __future__ import annotations

import functools
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.frame import frame
from ui.live import assets
from ui.pages import PAGES, Page
from ui.server.version import version

TITLE = "<title>Unroll</title>"
DESCRIPTION = (
    "How far back can a recurrent network learn? Watch its gradient travel through time, "
    "and change what decides whether it vanishes, flows or explodes."
)
# Where Streamlit's page mounts its app.
_MOUNTED = 'id="root"'
# The module that draws the first page before it is there.
EARLY = "page/early"
# How a style sheet is asked for later: what comes early must be asked for alike.
SHEETS = {"style": 'as="style"', "fetch": 'as="fetch" crossorigin'}
# What a request may say of the page it has seen before: ours is another than Streamlit's.
_CONDITIONS = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
_PATHS: dict[str, Page] = {page.path: page for page in PAGES}


def middleware() -> list[Middleware]:
    """For Streamlit's App."""
    return [Middleware(Shell)]


class Shell:
    """Middleware: the head of every HTML page has what is to come."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _wants_a_page(scope):
            await self.app(scope, receive, send)
            return
        told = [pair for pair in scope["headers"] if pair[0] not in _CONDITIONS]
        rewriter = _Rewriter(send, _PATHS.get(scope["path"].rsplit("/", 1)[-1], PAGES[0]))
        await self.app({**scope, "headers": told}, receive, rewriter)


def _wants_a_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


class _Rewriter:
    """Passes a response on: a whole HTML page with its head filled, anything else as it is."""

    def __init__(self, send: Send, page: Page) -> None:
        self._send = send
        self._page = page
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] == 200 and kind.startswith("text/html"):
                self._start = message
            else:
                await self._send(message)
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        body = filled(self._body.decode(), self._page).encode()
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):  # of Streamlit's file
            if name in headers:
                del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def filled(html: str, page: Page) -> str:
    """`html` with the name of the app and what `page` will need in its head: before Streamlit's
    own, which takes most of a second to run."""
    if _MOUNTED not in html:  # a page of ours that is none of Streamlit's
        return html
    named = re.sub(r"<title>.*?</title>", TITLE, html, count=1)
    script = named.find("<script", named.find("<head>"))
    if script < 0:
        return html
    return f"{named[:script]}{_needed(page, assets.version())}{named[script:]}"


@functools.lru_cache(maxsize=32)
def _needed(page: Page, _version: str) -> str:
    early = [EARLY] if page.early else []
    modules, sheets = assets.needed([*early, *page.modules])
    lines = [
        f'<meta name="description" content="{DESCRIPTION}" />',
        *(f"<style>{frame.rules(name)}</style>" for name in ("frame", "early")),
        *(_link("modulepreload", module, "crossorigin") for module in modules),
        *(_link("preload", sheet, SHEETS[kind]) for sheet, kind in sheets.items()),
        _link("preload", assets.plotly_js(), 'as="script" fetchpriority="low"'),
    ]
    if page.early:
        answer = f"live/{version()}/{page.name}/{page.answers[0]}"
        lines.append(
            f'<script type="module" async src="./{assets.module(EARLY)}" '
            f'data-use="{EARLY}" data-answer="./{answer}"></script>'
        )
    return "\n    ".join([*lines, ""])


def _link(rel: str, address: str, more: str) -> str:
    return f'<link rel="{rel}" href="./{address}" {more} />'

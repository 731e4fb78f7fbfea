"""The page of a phone, `room/<code>`: plain HTML and our modules, no session of Streamlit's.

Everything is addressed relative to the page, so it works behind any proxy; there is no inline
script, so it works under nginx's policy.
"""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from ui.frame import frame
from ui.live import assets

MODULE = "phone/phone"
_LONGEST = 12  # letters of an address that are looked at


async def _page(request: Request) -> HTMLResponse:
    typed = request.path_params.get("code", "")[:_LONGEST]
    code = "".join(letter for letter in typed if letter.isascii() and letter.isalpha()).upper()
    # The root of the server, from this page: "room" lies in it, "room/BCDF" and "room/" one below.
    root = "./" if request.url.path.endswith("room") else "../"
    return HTMLResponse(html(code, root), headers={"cache-control": "no-cache"})


def html(code: str, root: str) -> str:
    """The page for the room `code`, "" for one that asks for it; `root` leads to the server's."""
    title = f"Room {code}" if code else "Join a room"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
<meta name="robots" content="noindex" />
<title>{escape(title)} · Unroll</title>
<link rel="icon" href="{root}app/static/icon.svg" />
<style>{frame.rules("phone")}</style>
<script type="module" src="{root}{assets.entry(MODULE)}" data-use="{MODULE}"></script>
</head>
<body data-code="{escape(code)}" data-root="{root}">
<header><b>Unroll</b> <span class="line">{escape(code)}</span> <span class="score"></span></header>
<p class="status" role="status"></p>
<main><noscript><p>Answering needs JavaScript, which is off here.</p></noscript></main>
<footer></footer>
</body>
</html>
"""


def routes(roots: list[str]) -> list[Route]:
    """Of the page, under each of `roots`."""
    paths = ("room", "room/", "room/{code}")
    return [Route(f"{root}/{path}", _page, methods=["GET"]) for root in roots for path in paths]

"""Live answers over HTTP: `GET live/<version>/<page>/<answer>?<the page's settings>`.

Computed in threads of their own, never on the event loop, and in turn with everything else
(`ui.run.turn`). What goes wrong is a sentence in JSON, `{"error": …}`; an error of the program has
a number that the server's log has, too. A large network waits in the line for a moment, then the
answer is 503 with its place in it, and the place is kept for the next question.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import zlib
from collections import Counter
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ui.frame import errors
from ui.live import assets, streams
from ui.pages import PAGES
from ui.server import limits, waiting
from ui.server.version import version

TYPE = "application/x-unroll"
PATH = "live/{version}/{page}/{name}"
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED_FROM = 1000  # bytes; below, the headers weigh as much
_OF_A_TAB = 4  # questions at once; a page asks one at a time

_log = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(limits.ANSWERING, thread_name_prefix="answer")
_asking: Counter[str | tuple[str, str]] = Counter()
_LEADING = {page.answers[0] for page in PAGES if page.answers}
# What follows must leave threads to what moves with the pointer.
_following = asyncio.Semaphore(4)


async def _answer(request: Request) -> Response:
    if request.headers.get("sec-fetch-site") == "cross-site":
        return _error(403, "Live answers are for the pages of this server.")
    client = request.client.host if request.client else ""
    tab = (client, request.headers.get("x-unroll-tab", ""))
    for asker, most in ((client, limits.CONNECTIONS), (tab, _OF_A_TAB)):
        if _asking[asker] >= most and asker != (client, ""):
            return _error(429, f"More than {most} questions at once.", after=1)
    _asking.update((client, tab))
    try:
        if request.path_params["name"] in _LEADING:
            return await _computed(request, tab)
        async with _following:
            # Whoever has moved on meanwhile waits for nothing any more.
            if await request.is_disconnected():
                return Response(status_code=204)
            return await _computed(request, tab)
    finally:
        _asking.subtract((client, tab))
        for asker in (client, tab):
            if not _asking[asker]:
                del _asking[asker]


async def _computed(request: Request, who: Hashable) -> Response:
    return await asyncio.get_running_loop().run_in_executor(_threads, _respond, request, who)


def _respond(request: Request, who: Hashable) -> Response:
    from ui.answers import made  # here: the first request of a server need not wait for NumPy

    parts = request.path_params
    try:
        with waiting.answering(who):
            found = made.answer(parts["page"], parts["name"], request.url.query)
    except made.Refused as refused:
        # What draws before there is a page asks by the link as it came; the page explains it.
        if "x-unroll-early" in request.headers:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        return _error(400, str(refused))
    except waiting.Busy as busy:
        return _error(503, waiting.words(busy.ahead), after=1)
    except Exception as error:
        _log.exception("error %s: a live answer failed", errors.number(error))
        return _error(500, errors.words(error))
    own = parts["version"] == version()
    scope = "private" if found.private else "public"
    etag = f'"{hashlib.blake2b(found.body, digest_size=8).hexdigest()}"'
    headers = {
        "etag": etag,
        "vary": "accept-encoding",
        # An address that names other code than this may be answered otherwise by the next server.
        "cache-control": (
            _FOREVER.replace("public", scope) if own and not found.passing else "no-store"
        ),
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    body = found.body
    if len(body) > _COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        body = _gzip(body)
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=TYPE, headers=headers)


async def _stream(request: Request) -> Response:
    token = request.path_params["token"]
    if request.headers.get("sec-fetch-site") == "cross-site" or not streams.known(token):
        return Response(status_code=204, headers={"cache-control": "no-store"})
    return StreamingResponse(
        streams.frames(token, _threads),
        media_type=TYPE,
        # A proxy that gathers an answer before it sends it on would show nothing.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _plotly(_request: Request) -> Response:
    return FileResponse(assets.ensure(), headers={"cache-control": _FOREVER})


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(body) + packer.flush()


def _error(status: int, sentence: str, after: int | None = None) -> JSONResponse:
    headers = {"cache-control": "no-store"} | ({"retry-after": str(after)} if after else {})
    return JSONResponse({"error": sentence}, status_code=status, headers=headers)


def roots() -> list[str]:
    """Where routes stand: at the root, for a proxy that strips its prefix, and under the server's
    own base path."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return list(dict.fromkeys(["", f"/{base}" if base else ""]))


def routes() -> list[Route]:
    """Those of the live answers."""
    ways = (
        (f"live/{assets.PLOTLY}", _plotly),
        ("live/{version}/stream/{token}", _stream),
        (PATH, _answer),
    )
    return [Route(f"{root}/{path}", way, methods=["GET"]) for root in roots() for path, way in ways]

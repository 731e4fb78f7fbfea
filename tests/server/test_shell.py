"""What the page that carries every page says before Streamlit's own script, and that everything
else goes through untouched."""

import asyncio
import re
from pathlib import Path

import pytest
import streamlit

from ui.answers import shell
from ui.live import assets
from ui.pages import PAGES

INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
HTML = b"text/html; charset=utf-8"
BODY = INDEX.encode()


def answered(
    path="/",
    *,
    accept=b"text/html,*/*",
    kind=HTML,
    body=BODY,
    status=200,
    told=(),
    chunks=1,
):
    """(headers that the app saw, headers and body that went out)."""
    seen, sent = [], []

    async def app(scope, receive, send):
        seen.extend(scope["headers"])
        headers = [(b"content-type", kind), (b"etag", b'"theirs"')]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        size = -(-len(body) // chunks) or 1
        parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        for number, part in enumerate(parts, 1):
            more = number < len(parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(b"accept", accept), *told],
    }
    asyncio.run(shell.Shell(app)(scope, None, send))
    assert sent[0]["type"] == "http.response.start"
    assert not sent[-1].get("more_body", False)
    return dict(seen), dict(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_will_need_is_named_before_streamlits_own_script(page):
    """The modules, their sheets and plotly.js, each an address that is served; relative, so that
    whatever path a proxy puts before the page is before them."""
    _, headers, body = answered(f"/{page.path}", chunks=3)
    html = body.decode()
    head = html[: html.index("static/js/index.")]
    assert int(headers[b"content-length"]) == len(body)
    assert b"etag" not in headers  # Streamlit's, of another page
    assert "<title>Unroll</title>" in head and 'name="description"' in head
    hrefs = re.findall(r'<link rel="(\w+)" href="\./(app/static/[^"]+)"', html)
    assert [rel for rel, _ in hrefs].count("modulepreload") == 1
    for _, href in hrefs:
        assert (assets.STATIC / href.removeprefix("app/static/")).is_file(), href
    assert ("data-answer" in html) == page.first
    assert html[html.index("<body>") :] == INDEX[INDEX.index("<body>") :]


def test_no_inline_script_is_added():
    """nginx lets one inline script through, Streamlit's, by its hash."""
    _, _, body = answered()
    inline = r"<script(?![^>]*\bsrc=)[^>]*>"
    assert len(re.findall(inline, body.decode())) == len(re.findall(inline, INDEX)) == 1


def test_a_browsers_memory_of_streamlits_page_does_not_stand_for_ours():
    told = [(b"if-none-match", b'"theirs"'), (b"accept-encoding", b"gzip"), (b"cookie", b"a=b")]
    seen, _, _ = answered(told=told)
    assert set(seen) == {b"accept", b"cookie"}


@pytest.mark.parametrize(
    "asked",
    [
        {"accept": b"*/*"},  # a script, a sheet, a health check
        {"kind": b"application/json", "body": b"{}"},
        {"status": 404},
        {"body": b"<p>no head"},
        {"body": b""},
    ],
    ids=["no page", "no html", "not found", "no head", "empty"],
)
def test_anything_else_goes_through_as_it_is(asked):
    _, _, body = answered(**asked)
    assert body == asked.get("body", BODY)


def test_every_page_names_modules_that_are_there():
    for page in PAGES:
        for name in page.modules:
            assert (assets.STATIC / "live" / f"{name}.js").is_file(), name

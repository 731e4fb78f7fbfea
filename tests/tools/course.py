"""Pages of other people with a figure of ours in them: a site of its own on loopback, and what each
kind of page makes of the code that Share gives."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.tools import ROOT
from tests.tools.ecosystem import need
from ui.views import View

# Notes what its frames say, and resizes nothing: the heights that the code gives must do.
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A course</title>
<meta name="viewport" content="width=device-width"><script>
  window.told = [];
  addEventListener("message", ({ data, source }) => {
    const frame = [...document.querySelectorAll("iframe")].find((f) => f.contentWindow === source);
    if (data?.unroll) told.push({ ...data.unroll, given: Number(frame?.getAttribute("height")) });
  });
</script>"""


def code(kind: str, view: View, address: str) -> str:
    """What Share gives for a page of this kind, by the module that writes it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node found")
    module = (ROOT / "static/live/page/snippets.js").as_uri()
    figure = {"address": address, "title": f"Unroll: {view.title}", "height": view.height}
    script = (
        f"const {{ KINDS }} = await import({json.dumps(module)});"
        f"process.stdout.write(KINDS.{kind}.write({json.dumps(figure)}));"
    )
    command = [node, "--input-type=module", "-e", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def as_html(snippet: str) -> str:
    """A page of plain HTML."""
    return f"<h1>A course</h1>{snippet}"


def as_myst(snippet: str) -> str:
    """What the parser of Jupyter Book 1 and Sphinx makes of it."""
    parser, core = need("myst_parser.docutils_", "docutils.core")
    source = f"# A course\n\nA figure:\n{snippet}And on.\n"
    made = core.publish_parts(source, parser=parser.Parser(), writer="html5")
    return made["html_body"]


def as_quarto(snippet: str) -> str:
    """What pandoc, on which Quarto is built, makes of it."""
    (pandoc,) = need("pypandoc")
    return pandoc.convert_text(f"# A course\n\n{snippet}\nAnd on.\n", "html", format="markdown")


def as_moodle(snippet: str) -> str:
    """What Moodle sends of a text that a teacher wrote: the text, in a box."""
    return f'<div class="box generalbox"><div class="no-overflow">{snippet}</div></div>'


KINDS = {"html": as_html, "myst": as_myst, "quarto": as_quarto, "moodle": as_moodle}


@contextmanager
def site() -> Iterator[tuple[str, dict[str, str]]]:
    """A site of another origin; yields its address and its pages by path, to be filled."""
    pages: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        """One page."""

        def do_GET(self) -> None:
            body = pages.get(self.path, "")  # a browser looks for an icon, too
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"{HEAD}{body}".encode())

        def log_message(self, format: str, *args) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_port}", pages
        finally:
            server.shutdown()

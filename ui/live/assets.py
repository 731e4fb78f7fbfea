"""Where the browser finds our modules and plotly.js.

Streamlit serves the folder `static/` next to the main script at ``{base}/app/static/``, with an
ETag but without cache headers and without answering conditional requests; so addresses carry a
version and never change their content.
"""

import functools
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import plotly
import streamlit as st

STATIC = Path(__file__).resolve().parents[2] / "static"
_PLOTLY_SOURCE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
# The Python package's version pins the plotly.js inside it.
PLOTLY = f"vendor/plotly-{plotly.__version__}.min.js"


def ensure() -> Path:
    """Put the installed package's plotly.js into `static/` unless it is there; return its path.

    Atomic, so that two processes may start at once. Where the file already exists (an image built
    with it) nothing is written, and the file system may be read-only.
    """
    target = STATIC / PLOTLY
    if target.exists() and target.stat().st_size == _PLOTLY_SOURCE.stat().st_size:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with open(handle, "wb") as part, open(_PLOTLY_SOURCE, "rb") as source:
            shutil.copyfileobj(source, part)
        os.chmod(name, 0o644)
        # Without cache headers a browser trusts a file for a tenth of its age. The name carries the
        # version, so it may be old, and a page reload need not fetch 1.4 MB again.
        os.utime(name, (1_000_000_000, 1_000_000_000))
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


@functools.lru_cache(maxsize=4)
def _digest(_signature: tuple) -> str:
    digest = hashlib.blake2b(plotly.__version__.encode(), digest_size=6)
    for path in sorted((STATIC / "live").iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def version() -> str:
    """A short hash of `static/live` and plotly's version: the ``?v=`` of every address.

    A file is read again only when its size or date has changed, and that is looked up once a
    second: an edited module needs a page reload, not a new server, and a moving slider does not
    wait for the disk.
    """
    return _version(int(time.monotonic()))


@functools.lru_cache(maxsize=1)
def _version(_second: int) -> str:
    with os.scandir(STATIC / "live") as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
    return _digest(tuple(sorted((name, s.st_size, s.st_mtime_ns) for name, s in files)))


def url(name: str) -> str:
    """The address of `static/<name>`, relative to the page's origin, with the base path of the
    server."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    query = "" if name.startswith("vendor/") else f"?v={version()}"  # those carry it in their name
    return f"{'/' + base if base else ''}/app/static/{name}{query}"


def loader(module: str) -> str:
    """The inline script of a component: Streamlit sends it again with every update, so it is two
    lines.

    It waits for the modules and hands over; they import each other with the same ``?v=``, so the
    page has one clock and one selection however many components it shows.
    """
    return (
        "const ready = Promise.all(["
        + ", ".join(f'import(location.origin + "{url(f"live/{m}.js")}")' for m in ("early", module))
        + "]);\n"
        "export default async (component) => {\n"
        "  const [early, own] = await ready;\n"
        "  return early.mount(component, own.default);\n"
        "};"
    )

"""Where the browser finds our modules and plotly.js.

Streamlit serves the folder `static/` next to the main script at ``{root}/app/static/``, with an
ETag but without cache headers and without answering conditional requests; so addresses carry a
version and never change their content: that of the modules stands in the name of their folder, a
copy that has all of them in one file besides (ui/live/bundle.py). A checkout that this process may
not write to is served as it is, module by module; they import each other by relative paths.

Every address is relative to the root of the server, wherever a proxy may have put that; the browser
finds it from where Streamlit's own script came from (static/live/core/place.js).
"""

import functools
import hashlib
import os
import posixpath
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import plotly

from ui.live import bundle

STATIC = Path(__file__).resolve().parents[2] / "static"
_LIVE, _VENDOR = STATIC / "live", STATIC / "vendor"
_PLOTLY_SOURCE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
# The Python package's version pins the plotly.js inside it.
PLOTLY = f"plotly-{plotly.__version__}.min.js"
# The name of all modules in one, in a copy's folder.
ALL = "all.js"
# Modules that a page of its own begins with; each is packed with what it imports, and no more.
ENTRIES = ("view/", "phone/")
_SHEET = re.compile(r'new URL\("([^"]+\.css)", import\.meta\.url\)')
# A module that imports this fetches its sheets itself, for a root of its own.
_SHADOW = "core/shadow"
# Without cache headers a browser trusts a file for a tenth of its age. What carries its version in
# its name may be old, and a page reload need not fetch it again.
_OLD = 1_000_000_000


def ensure() -> Path:
    """Put the installed package's plotly.js where Streamlit serves it; return its path.

    Where the file already exists (an image built with it) nothing is written, and the file system
    may be read-only. Where it does not and nothing may be written, the package's own.
    """
    target = _VENDOR / PLOTLY
    if target.exists() and target.stat().st_size == _PLOTLY_SOURCE.stat().st_size:
        return target
    return (
        target
        if _put(target, lambda part: shutil.copyfile(_PLOTLY_SOURCE, part))
        else (_PLOTLY_SOURCE)
    )


def _put(target: Path, write: Callable[[Path], object]) -> bool:
    """Make `target` by `write(path)`, as a whole or not at all; whether it is there.

    Atomic, so that two processes may start at once.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".part-") as folder:
            part = Path(folder) / target.name
            write(part)
            for path in (part, *part.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
                os.utime(path, (_OLD, _OLD))
            os.replace(part, target)
    except OSError:
        return target.exists()  # not ours to write to, or another process was first
    return True


@functools.lru_cache(maxsize=4)
def _digest(_signature: tuple) -> str:
    digest = hashlib.blake2b(plotly.__version__.encode(), digest_size=6)
    for path in _decide():
        digest.update(
            Path(os.path.relpath(path, _LIVE)).as_posix().encode() + b"\0" + path.read_bytes()
        )
    return digest.hexdigest()


def _modules() -> list[Path]:
    return sorted(path for path in _LIVE.rglob("*") if path.is_file())


def _decide() -> list[Path]:
    """What a copy is made from."""
    return [*_modules(), Path(bundle.__file__)]


def version() -> str:
    """A short hash of `static/live` and plotly's version.

    A file is read again only when its size or date has changed, and that is looked up once a
    second: an edited module needs a page reload, not a new server, and a moving slider does not
    wait for the disk.
    """
    return _version(int(time.monotonic()))


@functools.lru_cache(maxsize=1)
def _version(_second: int) -> str:
    stats = [(path, path.stat()) for path in _decide()]
    return _digest(tuple((str(path), s.st_size, s.st_mtime_ns) for path, s in stats))


@functools.lru_cache(maxsize=4)
def _folder(version: str) -> str | None:
    """Where a copy of the modules of this version is served, from `static/`, with all of them as
    one file; None where this process may not write."""
    target = _VENDOR / f"live-{version}"
    return f"vendor/{target.name}" if target.is_dir() or _put(target, _copy) else None


def _copy(target: Path) -> None:
    shutil.copytree(_LIVE, target)
    sources = _sources()
    (target / ALL).write_text(bundle.bundle(sources))
    for name in sources:
        if name.startswith(ENTRIES):
            own = {each: sources[each] for each in _reached([name], sources)}
            (target / _packed_as(name)).write_text(bundle.bundle(own))


def _packed_as(entry: str) -> str:
    return f"{entry.replace('/', '-')}.js"


def _reached(names: Iterable[str], sources: Mapping[str, str]) -> dict[str, list[str]]:
    """The modules `names` and all that they import, each with what it imports itself."""
    reached: dict[str, list[str]] = {}
    ahead = list(names)
    while ahead:
        name = ahead.pop(0)
        if name not in reached:
            reached[name] = bundle.imports(name, sources[name])
            ahead += reached[name]
    return reached


def _sources() -> dict[str, str]:
    return {
        path.relative_to(_LIVE).with_suffix("").as_posix(): path.read_text()
        for path in _modules()
        if path.suffix == ".js"
    }


def _address(path: str) -> str:
    """Of a file of static/live."""
    return f"app/static/{_folder(version()) or 'live'}/{path}"


def _packed() -> bool:
    return _folder(version()) is not None


def module(name: str) -> str:
    """The address of what the browser imports for the module static/live/<name>.js."""
    return _address(ALL if _packed() else f"{name}.js")


def entry(name: str) -> str:
    """The same for a module that a page of its own begins with."""
    return _address(_packed_as(name) if _packed() else f"{name}.js")


def _used(name: str) -> str:
    """JavaScript for what the module `name` exports, with `all` imported from its address."""
    return f'all.$use("{name}")' if _packed() else "all"


def needed(names: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """The addresses of the modules `names` with all that they import; and of their style sheets,
    each with what it is asked for as: "style" or "fetch"."""
    sources = _sources()
    modules = _reached(names, sources)
    sheets: dict[str, str] = {}
    for name, imported in modules.items():
        kind = "fetch" if _SHADOW in imported else "style"
        for sheet in _SHEET.findall(sources[name]):
            sheets[posixpath.normpath(f"{posixpath.dirname(name)}/{sheet}")] = kind
    paths = [ALL] if _packed() else [f"{name}.js" for name in modules]
    return [_address(path) for path in paths], {_address(p): kind for p, kind in sheets.items()}


def plotly_js() -> str:
    """The address of plotly.js: where Streamlit serves a copy, or as a route of ours."""
    return f"app/static/vendor/{PLOTLY}" if ensure().parent == _VENDOR else f"live/{PLOTLY}"


def loader(name: str) -> str:
    """The inline script of a component: Streamlit sends it again with every update, so it is short.

    It waits for the module and its style sheets, and hands over.
    """
    return (
        "const script = document.querySelector(\"script[src*='static/js/']\")?.src;\n"
        'const root = script?.slice(0, script.lastIndexOf("static/js/")) ?? document.baseURI;\n'
        f'const ready = import(new URL("{module(name)}", root))'
        f".then(async (all) => {{ const own = {_used(name)}; await own.ready; return own; }});\n"
        "export default async (component) => (await ready).default(component);"
    )

"""`unroll`: serve the app on this machine, from whatever folder one is in.

What `streamlit run app.py` does in a checkout, for an installed copy: the settings of a project in
the current folder are not ours, the app's folder may be read-only, and Streamlit may be missing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from unroll_rnn import lessons, recordings, viewing

_HERE = Path(__file__).resolve().parent
_PARTS = ("app.py", "pages", "ui", "static", ".streamlit")  # what it takes to serve
_NEEDED = ("streamlit", "plotly", "threadpoolctl", "cachetools")
_PORTS = range(8501, 8521)  # the first free one, unless one is asked for
_TRIED = "UNROLL_ASKED_UV"
_GRACE = 3.0  # seconds for downloads that are under way when it is told to stop


def app_folder() -> Path:
    """Where app.py is: the wheel's own folder, or else the checkout."""
    installed = _HERE / "app"
    return installed if installed.is_dir() else _HERE.parent


def main(arguments: list[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM, then exit with code 0; 2 if it cannot be served at all."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # before NumPy is imported
        os.environ.setdefault(name, "1")  # more make small matrices slower
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in recordings.COMMANDS:
        sys.exit(recordings.run(given))
    of_lessons = given[:1] == [lessons.COMMAND]
    views = given[:1] == ["view"]
    asked = None if of_lessons else _options(views).parse_args(given[1:] if views else given)
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        _again_with_uv(given)
        _refuse(f'{missing[0]} is not installed: pip install "unroll-rnn[app]"')
    if asked is None:
        sys.exit(lessons.run(given[1:], app_folder()))
    page = _page_of(asked.recording) if views else ""
    wanted = [asked.port] if asked.port else _PORTS
    port = next((p for p in wanted if not _trouble(asked.address, p)), wanted[0])
    if trouble := _trouble(asked.address, port):
        _refuse(f"cannot serve on {asked.address}, port {port}: {trouble}")
    # Until Streamlit has a handler of its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    code = 0
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        # There Streamlit reads our settings, and not those of a project we happen to stand in.
        try:
            os.chdir(stack.enter_context(_serving_folder()))
        except OSError as error:  # shutil.Error is one, too
            where = tempfile.gettempdir()
            _refuse(f"the app cannot be copied to {where}: {error.strerror or 'it may be full'}")
        _stop_in_time(stack)
        code = _serve(asked.address, port, browser=asked.browser, page=page)
    sys.stdout.flush()
    os._exit(code)  # no thread in the middle of a computation is waited for


def _options(views: bool = False) -> argparse.ArgumentParser:
    """Of `unroll`, or of `unroll view`."""
    from rnn_core import __version__

    parser = argparse.ArgumentParser(
        prog="unroll view" if views else "unroll",
        description="Serve Unroll, the gradient-flow laboratory, on this machine.",
        epilog="unroll view FILE serves it on a recording of the tap, and follows it while it "
        "grows; unroll doctor FILE and unroll report FILE read one; unroll lesson --help is for "
        "who writes lessons.",
    )
    if views:
        parser.add_argument("recording", help="the file that the tap writes")
    parser.add_argument(
        "--port", type=_port, help=f"default: the first free one from {_PORTS[0]} on"
    )
    parser.add_argument(
        "--address",
        default="127.0.0.1",
        help="default: %(default)s, this machine only; 0.0.0.0 lets others in",
    )
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="do not open a browser"
    )
    parser.add_argument("--version", action="version", version=f"unroll {__version__}")
    return parser


def _page_of(recording: str) -> str:
    """The page that shows it; refuses what is no recording."""
    from rnn_core.recording import BadRecording

    try:
        return viewing.page_of(recording)
    except (BadRecording, OSError) as error:
        _refuse(str(error))


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be from 1 to 65535, got {text!r}")
    return int(text)


def _refuse(why: str) -> NoReturn:
    print(f"unroll: {why}", file=sys.stderr)
    sys.exit(2)


def _again_with_uv(arguments: list[str]) -> None:
    """Under `uvx --from … unroll` what is missing is one extra away: start again with it.

    Returns where uv did not start us (it says so by UV), or has tried already.
    """
    uv = os.environ.get("UV")
    if not uv or _TRIED in os.environ:
        return
    ours = metadata.distribution("unroll-rnn")
    origin = json.loads(ours.read_text("direct_url.json") or "{}").get("url")
    wanted = f"unroll-rnn[app] @ {origin}" if origin else f"unroll-rnn[app]=={ours.version}"
    command = [uv, "tool", "run", "--from", wanted, "unroll", *arguments]
    sys.exit(subprocess.call(command, env=os.environ | {_TRIED: "1"}))


def _trouble(address: str, port: int) -> str:
    """Why no server can listen there; "" if one can."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            if os.name != "nt":  # as Streamlit does: a port that was just given back is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            probe.listen()
    except OSError as error:
        return error.strerror or str(error)
    return ""


@contextlib.contextmanager
def _serving_folder() -> Iterator[Path]:
    """The app's folder; a copy in a temporary one where it cannot be written.

    plotly.js is put into static/ when the first page is made, and Streamlit serves no file that a
    link there points to outside of static/. The whole app, as ui/ looks for static/ beside itself.
    """
    folder = app_folder()
    if _can_write(folder / "static"):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="unroll-", ignore_cleanup_errors=True) as copy:
        for name in _PARTS:
            source, target = folder / name, Path(copy) / name
            shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
        for path in Path(copy).rglob("*"):  # they came with the mode of what cannot be written
            path.chmod(0o755 if path.is_dir() else 0o644)
        with _kept_from_cleaning(copy):
            yield Path(copy)


def _can_write(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def _kept_from_cleaning(folder: str) -> Iterator[None]:
    """systemd removes what has not been used for ten days from /tmp, save from a locked folder."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _stop_in_time(stack: contextlib.ExitStack) -> None:
    """Once the server stops, it waits without limit for a browser that does not read on in the
    middle of a download; we do not."""
    from uvicorn import Server

    def leave() -> None:
        stack.close()
        os._exit(0)

    def handle_exit(server: Server, *signal: object) -> None:
        timer = threading.Timer(_GRACE, leave)
        timer.daemon = True
        timer.start()
        handles(server, *signal)

    handles, Server.handle_exit = Server.handle_exit, handle_exit


def _serve(address: str, port: int, *, browser: bool, page: str = "") -> int:
    """Serve the app.py of this folder; Streamlit's exit code. page: the one to open."""
    import click
    from streamlit.web import cli

    shown = "localhost" if address in ("0.0.0.0", "::") else address
    host = f"[{shown}]" if ":" in shown else shown
    options = {
        "server.address": address,
        "server.port": port,
        "server.fileWatcherType": "none",
        "browser.serverAddress": host,
        "logger.hideWelcomeMessage": "true",
    }
    at = f"http://{host}:{port}{f'/{page}' if page else ''}"
    if not browser or page:  # Streamlit would open its first page
        options["server.headless"] = "true"
    if browser and page:
        viewing.open_later(at, shown, port)
    print(f"Unroll is served at {at}  (Ctrl-C stops it)", flush=True)
    flags = [f"--{name}={value}" for name, value in options.items()]
    try:
        cli.main(["run", "app.py", *flags], standalone_mode=False)
    except click.Abort:  # Ctrl-C while it starts
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0

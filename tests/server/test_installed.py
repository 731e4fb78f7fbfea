"""The wheel, built and installed into a fresh environment: the engine with NumPy alone, and the app
served from a folder in which nothing can be written.

It takes a package index, for hatchling and NumPy: without one these tests are skipped by name, or
fail under REQUIRE_INDEX=1.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import plotly
import pytest
from packaging.requirements import Requirement
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from rnn_core import RNNConfig, __version__, gradient_flow
from tests.tools import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")


def pip(*arguments: object) -> None:
    """Skips the test where pip finds no index."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode == 0:
        return
    offline = re.search(r"No matching distribution|NewConnectionError|Max retries", done.stderr)
    if offline and not os.environ.get("REQUIRE_INDEX"):
        pytest.skip("no package index to build and install from")
    pytest.fail(done.stderr[-3000:], pytrace=False)


class Installed:
    """An environment with the wheel and NumPy, and nothing else."""

    def __init__(self, folder: Path) -> None:
        pip("wheel", ".", "--no-deps", "--wheel-dir", folder / "wheel")
        (self.wheel,) = (folder / "wheel").glob("*.whl")
        venv.create(folder / "venv", symlinks=os.name != "nt")
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / "python"
        # The NumPy that everything else is tested with.
        pip("--python", self.python, "install", self.wheel, "-c", ROOT / "requirements.txt")
        (self.packages,) = (folder / "venv").glob("[Ll]ib/**/site-packages")
        self.app = self.packages / "unroll_rnn" / "app"
        self.elsewhere = folder / "elsewhere"  # where nothing can be written
        self.elsewhere.mkdir()
        self.elsewhere.chmod(0o555)

    def run(self, *command: object, **more: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.elsewhere,
            env=clean_environment() | {name: str(value) for name, value in more.items()},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )


def clean_environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "UV")}
    return ours | {"PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


# -- what is in it


def test_the_wheel_holds_what_the_app_runs_from_and_nothing_else(installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"rnn_core", "unroll_rnn", f"unroll_rnn-{__version__}.dist-info"}
    assert "rnn_core/py.typed" in names
    wrong = [name for name in names if re.search(r"vendor|__pycache__|test|secrets", name)]
    assert wrong == []
    for folder in ("pages", "ui", "static", "rnn_core"):
        place = "" if folder == "rnn_core" else "unroll_rnn/app/"
        for path in (ROOT / folder).rglob("*.*"):
            if path.is_file() and not {"__pycache__", "vendor"} & set(path.parts):
                assert f"{place}{path.relative_to(ROOT).as_posix()}" in names
    assert {"unroll_rnn/app/app.py", "unroll_rnn/app/.streamlit/config.toml"} <= set(names)


def test_nothing_of_the_app_lies_about_among_other_peoples_packages(installed) -> None:
    found = {path.name for path in installed.packages.iterdir()}
    ours = {name for name in found if not name.startswith(("numpy", "__pycache__"))}
    assert ours == {"rnn_core", "unroll_rnn", f"unroll_rnn-{__version__}.dist-info"}


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {pin.name: pin for pin in found}


def test_the_ranges_of_the_wheel_admit_what_is_pinned_and_leave_nothing_out() -> None:
    extras = PROJECT["optional-dependencies"]
    assert extras["all"] == ["unroll-rnn[app,torch]"]
    texts = [*PROJECT["dependencies"], *extras["app"], *extras["torch"]]
    ranges = {r.name: r for r in map(Requirement, texts)}
    assert set(ranges) == set(pins())
    for name, pin in pins().items():
        (version,) = pin.specifier
        assert ranges[name].specifier.contains(version.version), (name, version)
        assert str(ranges[name].marker) == str(pin.marker), name


@pytest.mark.parametrize(
    ("platform", "machine", "wanted"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("darwin", "arm64", True),
        ("darwin", "x86_64", False),
        ("win32", "AMD64", True),
        ("win32", "ARM64", False),
    ],
)
def test_torch_is_left_out_where_it_has_no_wheel(platform, machine, wanted) -> None:
    there = {"sys_platform": platform, "platform_machine": machine}
    assert pins()["torch"].marker.evaluate(there) is wanted


# -- the engine


def test_the_engine_runs_with_numpy_alone_in_any_folder(installed) -> None:
    done = installed.run(installed.python, "-m", "rnn_core", "--json", "--gain", "0.9")
    assert done.returncode == 0 and not done.stderr
    found = json.loads(done.stdout)
    flow = gradient_flow(RNNConfig(gain=0.9))
    assert found["verdict"] == flow.verdict
    assert np.allclose(found["log10_norms"]["median"], flow.spread.median, atol=1e-9)
    assert "verdict" in installed.run(installed.python, "-m", "rnn_core").stdout


def test_unroll_without_the_app_says_what_to_install(installed) -> None:
    for command in ([installed.bin / "unroll"], [installed.python, "-m", "unroll_rnn"]):
        done = installed.run(*command)
        assert done.returncode == 2 and not done.stdout
        assert done.stderr == 'unroll: streamlit is not installed: pip install "unroll-rnn[app]"\n'
    assert installed.run(installed.bin / "unroll", "--version").stdout == f"unroll {__version__}\n"
    assert "--port" in installed.run(installed.bin / "unroll", "--help").stdout


def test_under_uvx_unroll_fetches_the_app_by_itself(installed, tmp_path) -> None:
    """`uvx --from . unroll` installs the engine alone; uv, which is there, is asked."""
    uv = tmp_path / "uv"
    uv.write_text(f'#!/bin/sh\necho "$@"\nexec {installed.bin / "unroll"}\n')
    uv.chmod(0o755)
    done = installed.run(installed.bin / "unroll", "--port", "8600", UV=uv)
    asked = f"tool run --from unroll-rnn[app] @ {installed.wheel.as_uri()} unroll --port 8600\n"
    assert done.returncode == 2 and done.stdout == asked
    assert "not installed" in done.stderr  # by the second one, which does not ask again


# -- the app


@pytest.fixture(scope="module")
def with_app(installed) -> Installed:
    """The same with the packages of this environment, as if [all] had been asked for."""
    ours = Path(plotly.__file__).resolve().parent.parent
    (installed.packages / "the_app_needs.pth").write_text(f"{ours}\n")
    return installed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
        return answer.read()


def bound_by_permissions() -> list[str]:
    """What makes a command heed them: root does not, unless it gives up the right not to."""
    if os.getuid():
        return []
    found = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    try:
        subprocess.run([*found, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("root, and no setpriv to give up writing everywhere")
    return found


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    inside = [folder, *folder.rglob("*")]
    modes = [(path, path.stat().st_mode) for path in inside]
    for path, mode in modes:
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes:
            path.chmod(mode)


@contextmanager
def served(where: Installed, folder: Path, *arguments: str, prefix: tuple[str, ...] = ()):
    """`unroll` in a folder and home of its own; yields the process and its port."""
    port = free_port()
    settings = {"HOME": str(where.elsewhere), "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir()
    # As the user would: warnings of other people's packages are not ours to fail on.
    environment = clean_environment() | settings | {"PYTHONWARNINGS": "ignore"}
    with open(folder / "log", "w+b") as log:
        process = subprocess.Popen(
            [*prefix, where.bin / "unroll", "--port", str(port), "--no-browser", *arguments],
            cwd=where.elsewhere,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            end = time.monotonic() + 30
            while process.poll() is None and time.monotonic() < end:
                try:
                    if get(port, "_stcore/health") == b"ok":
                        break
                except OSError:
                    time.sleep(0.05)
            else:
                pytest.fail((folder / "log").read_text()[-3000:], pytrace=False)
            yield process, port
        finally:
            process.kill()
            process.wait()


def visit(port: int, page: str) -> tuple[str, list[str]]:
    """A session of its own at a page: the title it came with, and what it was told in boxes."""
    title, said = "", []
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=None, compression=None) as socket:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(socket.recv(timeout=30))
            title = message.page_config_changed.title or title
            element = message.delta.new_element
            if element.WhichOneof("type") in ("alert", "exception"):
                said.append(str(element))
            if (
                message.WhichOneof("type") == "script_finished"
                and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return title, said


@posix
def test_unroll_serves_every_page_where_nothing_can_be_written(with_app, tmp_path) -> None:
    prefix = tuple(bound_by_permissions())
    with (
        read_only(with_app.packages / "unroll_rnn"),
        served(with_app, tmp_path, prefix=prefix) as (process, port),
    ):
        for page in PAGES:
            title, said = visit(port, page)
            assert title.endswith(" · Unroll") and said == [], page
        assert b"<title>" in get(port, "")
        assert b"Plotly" in get(port, f"app/static/vendor/plotly-{plotly.__version__}.min.js")
        module = next((ROOT / "static" / "live").rglob("address.js"))
        assert get(port, f"app/static/{module.relative_to(ROOT / 'static')}") == module.read_bytes()
        (copy,) = (tmp_path / "tmp").glob("unroll-*")
        assert (copy / "static" / "vendor").is_dir()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not (with_app.app / "static" / "vendor").exists()
    assert not copy.exists(), "the copy is taken away again"
    log = (tmp_path / "log").read_text()
    assert f"http://127.0.0.1:{port} " in log and "Traceback" not in log


@posix
def test_unroll_serves_from_its_own_folder_and_ends_in_the_middle_of_a_download(
    with_app, tmp_path
) -> None:
    """Streamlit alone would wait for the browser that does not read on."""
    with served(with_app, tmp_path) as (process, port), socket.socket() as asleep:
        assert visit(port, "") == ("Gradient flow · Unroll", [])
        assert not list((tmp_path / "tmp").glob("unroll-*"))
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.connect(("127.0.0.1", port))
        plotly_js = f"/app/static/vendor/plotly-{plotly.__version__}.min.js"
        asleep.sendall(f"GET {plotly_js} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert asleep.recv(12) == b"HTTP/1.1 200"
        process.send_signal(signal.SIGINT)  # Ctrl-C
        assert process.wait(10) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


@posix
def test_a_port_that_is_taken_is_one_sentence(with_app) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = with_app.run(with_app.bin / "unroll", "--port", port)
    assert done.returncode == 2
    said = f"unroll: cannot serve on 127.0.0.1, port {port}: Address already in use\n"
    assert done.stderr == said

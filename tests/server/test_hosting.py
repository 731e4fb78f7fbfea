"""What is hosted: the container's files agree, the server starts and ends as a container wants, and
an error reaches the log with its number and the reader without its traceback.

Cheap, and without a container: the image itself is proved by deploy/prove_image.sh, nginx by
deploy/prove_nginx.py, both by hand.
"""

import base64
import hashlib
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import streamlit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.tools import ROOT
from tests.tools.server import served, stream
from ui.live import assets
from ui.server import serve

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to wait for")


# -- the files


def test_one_port_from_the_image_to_nginx() -> None:
    port = re.search(r"^    PORT=(\d+)", DOCKERFILE, re.M)[1]
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert f'get("PORT", "{port}")' in Path(serve.__file__).read_text()
    assert f"server app:{port} " in NGINX
    assert re.search(r"^  app:$", COMPOSE, re.M), "nginx asks for a service named app"
    front = re.search(r"listen (\d+);", NGINX)[1]
    assert f'"${{PORT:-8080}}:{front}"' in COMPOSE
    assert f"127.0.0.1:{front}/_stcore/health" in COMPOSE
    assert "/_stcore/health" in DOCKERFILE


def test_nobody_runs_as_root_or_writes_to_the_image() -> None:
    users = re.findall(r"^USER (\d+)$", DOCKERFILE, re.M)
    assert users and int(users[-1]) > 0
    assert f"--uid {users[-1]} " in DOCKERFILE
    assert "user: nginx" in COMPOSE and "user: postgres" in COMPOSE
    for setting in ("read_only: true", "- ALL", "- no-new-privileges:true"):
        assert COMPOSE.count(setting) == 3, setting
    written = re.findall(r"^\s*(?:pid|\w+_temp_path)\s+(\S+);", NGINX, re.M)
    assert len(written) == 6 and all(path.startswith("/tmp/") for path in written), written


def test_what_the_app_needs_is_in_the_image_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    inside = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert inside == {
        *(
            "requirements.txt",
            "requirements-postgres.txt",
            "app.py",
            "pages",
            "ui",
            "rnn_core",
            "static",
        ),
        ".streamlit/config.toml",
    }
    assert "static/vendor" in lines, "plotly.js comes from the plotly that is installed there"


def test_no_registry_is_named() -> None:
    """Images and packages come from wherever the reader's own tools take them."""
    names = re.findall(r"image: (?:\$\{\w+:-)?([^\s}]+)", COMPOSE)
    names += re.findall(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, re.M)
    assert len(names) == 4
    for name in names:
        assert "/" not in name, name
    for path in [ROOT / "Dockerfile", ROOT / "compose.yaml", *(ROOT / "deploy").glob("*.*")]:
        hosts = set(re.findall(r"https?://([\w.-]+)", path.read_text()))
        assert hosts <= {
            "localhost",
            "127.0.0.1",
            "replicas",
            "any_replica",
            "learn.example.org",
        }, path


def test_the_policy_allows_streamlits_own_inline_script_and_no_other() -> None:
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    scripts = re.findall(r"<script>(.*?)</script>", index, re.S)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert re.findall(r"'sha256-([^']+)'", NGINX) == hashes
    allowed = re.search(r"script-src ([^;]+);", NGINX)[1]
    assert "unsafe" not in allowed


# -- the server

EVENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} (INFO|WARNING|ERROR|CRITICAL) \S")


class Client:
    """A session of its own, and everything it was sent."""

    def __init__(self, port: int) -> None:
        self.connection = stream(port)
        self.wire = b""
        self.buttons: dict[str, tuple[str, str]] = {}  # label -> (widget, fragment)
        self.framed = False  # whether it has come with our title

    def __enter__(self) -> "Client":
        self.socket = self.connection.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self.connection.__exit__(*error)

    def run(self, query: str = "", press: str | None = None, page: str = "") -> list[str]:
        """Run the app, open a page or press a button; what it said in boxes."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        if press:
            widget, fragment = self.buttons[press]
            message.rerun_script.widget_states.widgets.add(id=widget, trigger_value=True)
            message.rerun_script.fragment_id = fragment
        self.socket.send(message.SerializeToString())
        said = []
        while True:
            data = self.socket.recv(timeout=20)
            self.wire += data
            message = ForwardMsg()
            message.ParseFromString(data)
            element = message.delta.new_element
            if element.HasField("button"):
                self.buttons[element.button.label] = element.button.id, message.delta.fragment_id
            if element.HasField("alert"):
                said.append(element.alert.body)
            self.framed |= message.page_config_changed.title.endswith(" · Unroll")
            if (
                message.WhichOneof("type") == "script_finished"
                and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return said


@posix
def test_sigterm_ends_the_server_with_0_in_the_middle_of_everything(tmp_path: Path) -> None:
    """A session is open, and a download stands still that nobody reads on: stock Streamlit waits
    for that without end."""
    log = tmp_path / "log"
    with served(log) as (process, port), socket.socket() as asleep:
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.connect(("127.0.0.1", port))
        with Client(port) as client:
            client.run()
            asleep.sendall(f"GET /{assets.plotly_js()} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert asleep.recv(12) == b"HTTP/1.1 200"
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            took = time.monotonic() - start
    assert took < serve.GRACE + 2, took
    events = log.read_text().splitlines()
    assert all(map(EVENT.match, events)), events
    assert [line.split(" ", 2)[2] for line in events[:2]] == ["serving", "SIGTERM"]


@posix
def test_sigterm_ends_a_server_that_nobody_holds_with_0(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(log) as (process, port), Client(port) as client:
        client.run()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    said = [line.split(" ", 2)[2] for line in log.read_text().splitlines()]
    assert said[:2] == ["serving", "SIGTERM"] and said[-1] == "stopped", said
    assert not [line for line in said if "Traceback" in line]


@posix
def test_sigterm_is_heard_while_the_server_starts(tmp_path: Path) -> None:
    with served(tmp_path / "log", healthy=False) as (process, _):
        while "sigterm" not in _threads(process):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def _threads(process: subprocess.Popen) -> str:
    """`sigterm` once the thread that waits for the signal is there: the signal is blocked then."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        time.sleep(1)
        return "sigterm"
    blocked = re.search(r"SigBlk:\s+(\w+)", status.read_text())[1]
    return "sigterm" if int(blocked, 16) >> (signal.SIGTERM - 1) & 1 else ""


BROKEN = """
import streamlit as st
from ui.frame import errors

errors.watch()
if "broken" in st.query_params:
    raise ValueError("the secret of the page")

def callback():
    raise ValueError("the secret of the callback")

@st.fragment
def fragment():
    if st.button("fragment"):
        raise ValueError("the secret of the fragment")

st.button("callback", on_click=callback)
fragment()
"""


@posix
def test_an_error_is_a_number_on_screen_and_one_event_in_the_log(tmp_path: Path) -> None:
    """Raised by a page, by a fragment that runs alone, by a callback: no type, no message and no
    traceback of the exception leaves the server."""
    app, log = tmp_path / "broken.py", tmp_path / "log"
    app.write_text(BROKEN)
    with served(log, app) as (process, port), Client(port) as client:
        said = {"page": client.run("broken=1")}
        assert client.run() == []
        said["fragment"] = client.run(press="fragment")
        client.run()
        said["callback"] = client.run(press="callback")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    events = log.read_text().splitlines()
    assert all(map(EVENT.match, events)), events
    for where, (box,) in said.items():
        number = re.search(r"number ([0-9a-f]{6}) in the server's log", box)[1]
        (event,) = [line for line in events if f"error {number}:" in line]
        assert f"ValueError: the secret of the {where}" in event and "broken.py" in event
    assert len({box for (box,) in said.values()}) == 3
    for secret in (b"secret of", b"ValueError", b"Traceback", b"site-packages"):
        assert secret not in client.wire, secret


def test_an_error_keeps_its_number_and_two_errors_have_two() -> None:
    from ui.frame import errors

    first, second = ValueError("a"), ValueError("a")
    assert errors.number(first) == errors.number(first) != errors.number(second)


def test_logging_writes_the_number_in_front_of_the_traceback(caplog) -> None:
    import logging

    from ui.frame import errors

    error = ValueError("a")
    record = logging.LogRecord("x", 40, "f", 1, "Uncaught", (), (ValueError, error, None))
    assert errors._Numbers().filter(record)
    assert record.getMessage() == f"error {errors.number(error)}: Uncaught"


def test_a_class_that_opens_links_to_pages_before_anybody_gets_them_in_the_frame(
    tmp_path: Path,
) -> None:
    """Each would run its page's file alone: Streamlit knows no navigation yet."""
    pages = ("training", "one_neuron", "clipping", "architectures")
    with served(tmp_path / "log") as (_, port), ExitStack() as stack:
        clients = [stack.enter_context(Client(port)) for _ in pages]
        with ThreadPoolExecutor(len(pages)) as pool:
            list(pool.map(lambda client, page: client.run(page=page), clients, pages))
    assert [client.framed for client in clients] == [True] * len(pages)

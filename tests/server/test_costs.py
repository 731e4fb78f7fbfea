"""The server's side of a rerun: a stock Streamlit server against the same app with uvloop and
`ui.server.boot`.

No browser: a websocket client moves a slider the way a drag does and waits for the text that shows
its value. Ratios in one run, never absolute times. Medians when this was written: 60 to 90 ms
stock, 20 to 44 ms with one of the two remedies, 2 ms with both.
"""

import itertools
import statistics
import sys
import threading
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.tools import ROOT
from tests.tools.server import WITH_UVLOOP, serve, stream, wait_until_healthy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uvloop does not exist on Windows")

# What any app of ours has imported; the stock server's garbage collector looks through it after
# every run.
STOCK_APP = """
import numpy, plotly.graph_objects
import streamlit as st

value = st.slider("x", 0, 100_000)
st.text(f"value {value}")
"""
OUR_APP = (
    STOCK_APP
    + """
from ui.server import boot

boot.settle()
"""
)

WITHOUT_UVLOOP = [
    "-c",
    "import sys; sys.modules['uvloop'] = None; from streamlit.web.cli import main; main()",
]


class Browser:
    """As much of a browser as it takes to move the slider and read the text."""

    def __init__(self, port: int) -> None:
        self.connection = stream(port)
        self.slider = ""

    def __enter__(self) -> "Browser":
        self.socket = self.connection.__enter__()
        self.rerun(BackMsg())
        self.read_until("value 0")
        self.finish()
        return self

    def __exit__(self, *error) -> None:
        self.connection.__exit__(*error)

    def rerun(self, message: BackMsg) -> None:
        message.rerun_script.query_string = ""
        self.socket.send(message.SerializeToString())

    def messages(self):
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv(timeout=10))
            yield message

    def read_until(self, text: str) -> None:
        for message in self.messages():
            element = message.delta.new_element
            if element.HasField("slider"):
                self.slider = element.slider.id
            if element.HasField("text") and element.text.body == text:
                return

    def finish(self) -> None:
        for message in self.messages():
            if message.WhichOneof("type") == "script_finished":
                return

    def move(self, value: int) -> float:
        """Milliseconds from the slider's move to the text that shows it."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add(id=self.slider)
        state.double_array_value.data.append(value)
        start = time.perf_counter()
        self.rerun(message)
        self.read_until(f"value {value}")
        return 1000 * (time.perf_counter() - start)


@pytest.mark.alone
def test_both_costs_are_gone(tmp_path: Path) -> None:
    """In a drag our server answers in less than half the time of a stock one, and of one with
    either remedy alone."""
    stock_app, our_app = tmp_path / "stock.py", tmp_path / "ours.py"
    stock_app.write_text(STOCK_APP)
    our_app.write_text(OUR_APP)
    servers = {
        "stock": (WITHOUT_UVLOOP, stock_app),
        "uvloop alone": (WITH_UVLOOP, stock_app),
        "settle alone": (WITHOUT_UVLOOP, our_app),
        "ours": (WITH_UVLOOP, our_app),
    }
    times: dict[str, list[float]] = {name: [] for name in servers}
    with ExitStack() as stack:
        ports = {name: stack.enter_context(serve(*server)) for name, server in servers.items()}
        for port in ports.values():
            wait_until_healthy(port)
        browsers = {name: stack.enter_context(Browser(port)) for name, port in ports.items()}
        values = itertools.count(1)
        for _ in range(2):  # in turns, so that a slow moment of the machine meets all of them
            for name, browser in browsers.items():
                for _ in range(12):
                    times[name].append(browser.move(next(values)))
                    time.sleep(0.02)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name in ("stock", "uvloop alone", "settle alone"):
        assert medians["ours"] < 0.5 * medians[name], medians


def test_the_collector_freezes_once_per_batch_of_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """It freezes when modules have been imported, collects while objects come up, and does nothing
    on an idle server."""
    from ui.server import boot

    done = []
    counts = (0, 0, 0)

    def note(what):
        if threading.current_thread() is threading.main_thread():  # not the process's own keeper
            done.append(what)

    monkeypatch.setattr(boot.gc, "collect", lambda: note("collect"))
    monkeypatch.setattr(boot.gc, "freeze", lambda: note("freeze"))
    monkeypatch.setattr(boot.gc, "get_count", lambda: counts)
    monkeypatch.setattr(boot, "give_back", lambda: note("give back"))
    keeper = boot.Keeper()

    def tidied():
        done.clear()
        keeper.tidy()
        return list(done)

    assert tidied() == ["collect", "freeze"]
    assert tidied() == []
    counts = (0, 3, 0)
    assert tidied() == tidied() == ["collect"]
    counts = (600, 0, 0)
    assert tidied() == ["give back"]  # once, when everybody has left
    assert tidied() == []
    for number in range(boot._NOTICEABLE):
        monkeypatch.setitem(sys.modules, f"imported_later_{number}", sys)
    assert tidied() == ["collect", "freeze"]


def test_memory_is_given_back_or_nothing_happens() -> None:
    from ui.server import boot

    boot.give_back()


def test_streamlit_leaves_collecting_to_the_collector() -> None:
    """Its own collection after every run grows with the sessions, and the answer waits for it."""
    options = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    assert options["runner"]["postScriptGC"] is False
    from ui.server import boot

    boot.settle()
    assert "collector" in [thread.name for thread in threading.enumerate()]


def test_blas_runs_on_one_thread_after_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy's BLAS is limited even though it was imported long before."""
    import numpy as np
    from threadpoolctl import threadpool_info

    from ui.server import boot

    np.ones((2, 2)) @ np.ones((2, 2))
    monkeypatch.setattr(boot, "_settled_at", 0)
    boot.settle()
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}

"""What can go wrong outside of our code: one sentence says it, and the session goes on."""

import errno
import math
import subprocess
import sys

import numpy as np
import pytest

from rnn_core.settings import NEVER, Number
from tests.tools import ROOT
from tests.tools.on_page import held, open_app, payloads
from ui.controls import store
from ui.export import harmless
from ui.frame import errors
from ui.live import session
from ui.server import trouble
from ui.settings.every import SETTINGS
from unroll_rnn.addresses import addresses

FORGED = [1e9, -1e9, 10**400, math.nan, math.inf, "abc", "", "１", None, [], {}, True]


def test_out_of_memory_and_a_full_disk_are_no_errors_of_the_program():
    with pytest.raises(MemoryError) as memory:
        np.empty(2**55)
    for error, word in [
        (memory.value, "memory"),
        (MemoryError(), "memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "disk is full"),
    ]:
        said = errors.words(error)
        assert word in said and errors.number(error) in said and "error of the program" not in said
    assert "error of the program" in errors.words(ValueError("any"))
    assert trouble.words(MemoryError(), "a1", "The run").startswith("The run needs more memory")


@pytest.mark.parametrize(
    "raised",
    [MemoryError(), OSError(errno.ENOSPC, "No space left on device")],
    ids=["memory", "disk"],
)
def test_the_session_goes_on_after_it(monkeypatch, raised):
    """The page fails once; the next run of it is as ever."""
    from ui import run

    def fails(*_):
        raise raised

    app = open_app(gain=0.9)
    with monkeypatch.context() as patch:
        patch.setattr(run, "gradient_flow", fails)
        app.run()
        assert app.exception
    app.run()
    assert not app.exception and payloads(app)["gradient_norms"]


@pytest.mark.parametrize("value", FORGED, ids=repr)
@pytest.mark.parametrize("key", ["gain", "seq_len", "train_learning_rate", "cliff_at"])
def test_a_forged_move_of_a_setting_ends_at_its_limit_or_changes_nothing(monkeypatch, key, value):
    number = SETTINGS[key]
    assert isinstance(number, Number) and number.linked != NEVER
    values = {each: setting.default for each, setting in SETTINGS.items()}
    started = values[key] = number.high  # not what it starts with
    monkeypatch.setattr(store, "put", lambda **changes: values.update(changes))
    with store.given(values):
        store.moved({key: value, "no such": value})
    assert number.check(values[key]) == values[key]
    if isinstance(value, str) or value is None or isinstance(value, list | dict | bool):
        assert values[key] == started


@pytest.mark.parametrize("value", FORGED, ids=repr)
def test_a_forged_move_of_any_other_slider_does_the_same(value):
    said = session.number(value)
    assert said is None or math.isfinite(said)


def test_a_page_whose_browser_says_nonsense_goes_on():
    app = open_app()
    before = held(app)
    forged = {"moved": {"n": 5, "values": {"gain": "abc", "seq_len": math.nan, 7: 7}}}
    app.session_state["live_address"] = forged | {"link": {"at": 1}, "present": {"at": 1}}
    app.run()
    assert not app.exception and held(app) == before


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        ("=1+1,2", "'=1+1,2"),
        ("a,@SUM(1)", "a,'@SUM(1)"),
        ('a,"=cmd|x"', 'a,"\'=cmd|x"'),
        ("# setting: text = 'x,=1+1'", "# setting: text = 'x,'=1+1'"),
        ("# setting: text = 'x; @a'", "# setting: text = 'x; '@a'"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("+49 30 1", "'+49 30 1"),
        ("-0.5,+1e-9,-inf,-nan", "-0.5,+1e-9,-inf,-nan"),
        ("# init = (0.5, -0.25)", "# init = (0.5, -0.25)"),
        ("step,norm", "step,norm"),
    ],
)
def test_no_cell_begins_a_formula(line, safe):
    assert harmless(f"{line}\n{line}") == f"{safe}\n{safe}"


def test_a_pasted_text_cannot_compute_in_a_table():
    from rnn_core.training.config import TrainConfig
    from rnn_core.training.history import History
    from ui.training.export import history_csv

    text = "x,=1+1;@a\t-2+3 and so on, to forty letters at least"
    config = TrainConfig(task="pasted", length=10, text=text)
    table = harmless(history_csv(config, History(10).read()))
    cells = [cell.strip(" \"'") for line in table.splitlines() for cell in line.split(",")]
    assert any("1+1" in cell for cell in cells)
    assert not any(",=" in line or ";@" in line or "; @" in line for line in table.splitlines())


def test_the_addresses_of_a_server():
    assert addresses("localhost", 8501) == ["http://localhost:8501"]
    assert addresses("127.0.0.1", 8501) == ["http://localhost:8501"]
    first, *others = addresses("0.0.0.0", 8501)
    assert first == "http://localhost:8501"
    assert all("127.0.0.1" not in other for other in others)
    command = [sys.executable, "-m", "unroll_rnn.addresses", "localhost", "8600"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "http://localhost:8600" in done.stdout and "this machine only" in done.stdout


def test_make_run_listens_on_this_machine_only():
    makefile = (ROOT / "Makefile").read_text()
    assert "HOST   ?= localhost" in makefile and "--server.address $(HOST)" in makefile

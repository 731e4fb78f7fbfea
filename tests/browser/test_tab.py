"""The tab in a real browser: its run survives a reload, a copy does not share it, closing ends it.

A tiny app of its own, which says what the server trains: the tabs it knows, and the session's run.
"""

import re
import sys
import time

import pytest

from tests.tools import ROOT
from tests.tools.server import WITH_UVLOOP, serve, wait_until_healthy

PATIENCE = 15.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links the folder static/")

APP = """
import streamlit as st
from rnn_core.training.config import TrainConfig
from ui import background as training

training.limits.FORGOTTEN = 3.0
training.enter()
config = TrainConfig(task="first_bit_3", length=3, hidden_size=4, steps=100_000)
run = training.mine(config)
run.speed = 20
st.button("start", on_click=lambda: training.mine(config).start())

@st.fragment(run_every=0.2)
def status():
    run = training.mine(config)
    known = [r for tab in training.TABS._tabs.values() for r in tab.runs.values() if r.begun]
    st.text(f"{run.state} {run.steps}; {len(known)} known, {sum(r.active for r in known)} active")

status()
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text(APP)
    (folder / "static").symlink_to(ROOT / "static")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text("[server]\nenableStaticServing = true\n")
    with serve(WITH_UVLOOP, folder / "app.py") as port:
        wait_until_healthy(port)
        yield f"http://127.0.0.1:{port}"


def status(page) -> tuple[str, int, int, int]:
    """State and steps of the page's run; runs that the server knows, and that are active."""
    text = page.get_by_test_id("stText").inner_text(timeout=1000 * PATIENCE)
    state, *numbers = re.fullmatch(r"(\w+) (\d+); (\d+) known, (\d+) active", text).groups()
    return state, *map(int, numbers)


def wait_for(page, claim) -> tuple[str, int, int, int]:
    end = time.monotonic() + PATIENCE
    while not claim(*status(page)):
        assert time.monotonic() < end, status(page)
        page.wait_for_timeout(50)
    return status(page)


def token(page) -> str | None:
    return page.evaluate("sessionStorage.getItem('unroll-tab')")


def test_a_run_belongs_to_its_tab(page, url, console_errors):
    """Through a reload, beside a duplicate, and until the tab is closed."""
    page.goto(url)
    page.get_by_role("button", name="start").click()
    wait_for(page, lambda state, steps, *_: state == "running" and steps > 3)
    name = token(page)
    assert name and name not in page.url

    page.reload()
    _, steps, known, _ = wait_for(page, lambda state, *_: state == "running")
    assert steps > 3 and known == 1 and token(page) == name

    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")  # copies the storage, as duplicating a tab does
    copy = opened.value
    copy.wait_for_function("old => ![null, old].includes(sessionStorage['unroll-tab'])", arg=name)
    assert status(copy)[0] == "ready" and token(page) == name
    wait_for(page, lambda state, now, *_: state == "running" and now > steps)

    page.close()
    wait_for(copy, lambda *numbers: numbers[-1] == 0)  # paused a few seconds later,
    wait_for(copy, lambda *numbers: numbers[-2] == 0)  # and then forgotten
    assert not console_errors

"""A page whose server is killed, in a real browser."""

import sys
from pathlib import Path

import pytest

from tests.tools.first_page import SLIDER
from tests.tools.server import served


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to wait for")
def test_a_page_comes_back_on_a_server_that_has_never_seen_it(page, tmp_path: Path) -> None:
    """The server is killed and another one takes its port: the page finds it, holds its settings,
    and its slider moves the picture."""
    is_now = "kind => document.querySelector('.unroll-verdict')?.dataset.kind === kind"
    with served(tmp_path / "log") as (first, port):
        page.goto(f"http://127.0.0.1:{port}/?gain=0.61&init=gaussian&seed=5")
        page.wait_for_function(is_now, arg="vanishing")
        page.wait_for_function("location.search.includes('hidden_size')")
        address = page.url
        first.kill()
        first.wait()
        page.wait_for_selector('[data-testid=stApp]:not([data-test-connection-state="CONNECTED"])')
        with served(tmp_path / "log", port=port):
            page.wait_for_selector('[data-test-connection-state="CONNECTED"]')
            page.wait_for_timeout(1500)
            assert page.eval_on_selector(SLIDER, "e => e.value") == "0.61"
            page.wait_for_function("address => location.href === address", arg=address)
            page.focus(SLIDER)
            page.keyboard.press("End")
            page.wait_for_function(is_now, arg="exploding")

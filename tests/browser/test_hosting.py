"""A page whose server is killed, or stands behind a path, in a real browser."""

import re
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.tools.first_page import SLIDER, moved, settled, stamp
from tests.tools.in_browser import Lead
from tests.tools.proxy import stripping
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
        # Moved since: Streamlit itself only knows the link by which the page was opened.
        page.focus(SLIDER)
        page.keyboard.press("ArrowRight")
        page.wait_for_function("location.search.includes('gain=0.62')")
        page.wait_for_timeout(2500)
        address = page.url
        first.kill()
        first.wait()
        page.wait_for_selector('[data-testid=stApp]:not([data-test-connection-state="CONNECTED"])')
        with served(tmp_path / "log", port=port):
            page.wait_for_selector('[data-test-connection-state="CONNECTED"]')
            page.wait_for_timeout(1500)
            # A busy server may still be at the link by which the page was opened.
            page.wait_for_function(f"document.querySelector('{SLIDER}').value === '0.62'")
            page.wait_for_function("address => location.href === address", arg=address)
            page.focus(SLIDER)
            page.keyboard.press("End")
            page.wait_for_function(is_now, arg="exploding")


NEURON = Lead(".unroll-neuron", ".unroll-neuron")
CLIFF = Lead(".unroll-cliff")
PANELS = Lead(".unroll-panels", ".unroll-panels")


@pytest.mark.parametrize("strips", [True, False], ids=["a proxy strips", "the server knows"])
def test_everything_is_found_below_a_path(first_visit, console_errors, tmp_path, strips):
    """`/user/ann/proxy/8501/` before every address, whether or not the server is told of it:
    sliders and pictures are drawn, nothing is asked for elsewhere, and nothing that is not
    there."""
    path = "/user/ann/proxy/8501/"
    page, missing = first_visit, []
    looked_for = re.compile(r"/\w+/_stcore/(health|host-config)$")  # see `noting_errors`

    def note(response) -> None:
        if response.status >= 400 and not looked_for.search(response.url):
            missing.append((response.status, response.url))

    page.on("response", note)
    with ExitStack() as stack:
        _, port = stack.enter_context(served(tmp_path / "log", path="/" if strips else path))
        url, astray = f"http://127.0.0.1:{port}{path}", []
        if strips:
            url, astray = stack.enter_context(stripping(path, port))
        page.goto(url)
        settled(page)
        before = stamp(page)
        page.focus(SLIDER)
        page.keyboard.press("End")
        moved(page, before)
        for name, lead in {
            "one_neuron": NEURON,
            "initialisation": PANELS,
            "clipping": CLIFF,
        }.items():
            page.goto(url + name)
            lead.settled(page)
        assert page.locator(".unroll-cliff .js-plotly-plot").count() == 1
        page.goto("about:blank")
    assert (console_errors, missing, astray) == ([], [], [])

"""The app in Firefox and in WebKit (Safari's engine): what a reader does first, in each of them.

Without one of them its tests are skipped by name, or fail under REQUIRE_BROWSER=1.
"""

import os
import sys
from collections.abc import Iterator

import pytest

from tests.tools.other_browsers import BROWSERS, Missing, Window

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="they are started as on Linux")

# What leads each page, once it is drawn.
DRAWN = {
    "": ".unroll-chart[data-key=gradient_norms] .main-svg",
    "training": ".unroll-chart[data-key=loss] .main-svg",
    "your_model": ".unroll-stack svg .uk-body",
    "one_neuron": ".unroll-neuron svg",
    "initialisation": ".unroll-panels canvas, .unroll-panels svg",
    "architectures": ".unroll-chart[data-key=architectures] .main-svg",
    "clipping": ".unroll-cliff canvas, .unroll-cliff svg",
}
WRONG = (
    "[...document.querySelectorAll('[data-testid=stException], [data-testid=stAlertContentError]')]"
    ".map((node) => node.textContent)"
)
SLIDER = ".unroll-slider[data-key=gain] input"
RIVER, VERDICT = ".unroll-river", ".unroll-verdict"
SHARE = ".unroll-address .share"
PRESENTS = "document.documentElement.hasAttribute('data-present')"


@pytest.fixture(scope="module", params=BROWSERS)
def window(request, tmp_path_factory) -> Iterator[Window]:
    start = BROWSERS[request.param](tmp_path_factory.mktemp(request.param.lower()) / "log")
    try:
        found = start.__enter__()
    except Missing as missing:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but {request.param}: {missing}", pytrace=False)
        pytest.skip(f"{request.param}: {missing}")
    try:
        yield found
    finally:
        start.__exit__(None, None, None)


def there(selector: str) -> str:
    return f"document.querySelector({selector!r}) !== null"


def click(window: Window, selector: str) -> None:
    window.wait(there(selector))
    window.ask(f"document.querySelector({selector!r}).click()")


def opened(window: Window, url: str, page: str = "", query: str = "") -> None:
    """A page that is drawn, its link in the address."""
    window.goto(f"{url}/{page}?{query}")
    window.wait(there(DRAWN[page]))
    window.wait(
        "document.querySelector('.unroll-address')?.dataset.query === location.search.slice(1)"
    )


@pytest.mark.parametrize("page", DRAWN)
def test_every_page_draws(window, app_url, page):
    opened(window, app_url, page)
    assert window.ask(there(SHARE))
    assert window.ask(WRONG) == []
    assert window.errors() == []


def test_a_slider_moves_picture_text_and_address_and_a_link_brings_them_back(window, app_url):
    opened(window, app_url, query="gain=0.5")
    window.wait(there(RIVER))
    stamp = f"document.querySelector({RIVER!r}).dataset.stamp"
    says = f"document.querySelector({VERDICT!r}).textContent"
    before = window.ask(f"[{stamp}, {says}]")
    window.ask(f"document.querySelector({SLIDER!r}).focus()")
    window.press("End")
    window.wait(f"{stamp} !== {before[0]!r}")
    window.wait("new URLSearchParams(location.search).get('gain') === '3'")
    moved = window.ask(f"[{stamp}, {says}]")
    assert before[0] != moved[0] and before[1] != moved[1]
    link = window.ask("location.href")
    window.goto("about:blank")
    window.goto(link)
    window.wait(f"document.querySelector({SLIDER!r})?.value === '3'")
    window.wait(f"{there(RIVER)} && {stamp} === {moved[0]!r}")
    assert window.ask("location.href") == link
    assert window.errors() == []


def test_share_and_keys_and_presenter_mode(window, app_url):
    opened(window, app_url, "one_neuron", "w_h=0.7")
    click(window, SHARE)
    window.wait("document.querySelector('dialog.unroll-share')?.open === true")
    link = "document.querySelector('dialog.unroll-share input.link').value"
    assert "w_h=0.7" in window.ask(link)
    window.wait(there("dialog.unroll-share .code svg"))
    window.press("Escape")
    window.wait("!document.querySelector('dialog[open]')")
    window.ask("document.activeElement.blur()")
    window.press("p")
    window.wait(PRESENTS)
    window.press("p")
    window.wait(f"!{PRESENTS}")
    window.press("q")
    window.wait("document.querySelector('dialog.unroll-share')?.open === true")
    assert window.errors() == []


def test_a_run_learns(window, app_url):
    opened(window, app_url, "training", "speed=max")
    click(window, ".st-key-scene_three_bits button")
    window.wait("document.querySelector('.unroll-reading h1')?.textContent.startsWith('Solved')")
    click(window, ".st-key-run_reset button")
    window.wait("document.querySelector('.unroll-progress b')?.textContent === 'Ready'")
    assert window.ask(WRONG) == []
    assert window.errors() == []

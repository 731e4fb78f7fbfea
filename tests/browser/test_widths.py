"""Every page on every width, with the longest words it has: nothing cut, nothing overprinted."""

import pytest

from tests.tools.layout import faults
from tests.tools.settled import has_sheet
from ui.pages import PAGES

WIDTHS = (390, 600, 768, 1024, 1366, 1920)
# Half of a laptop's screen is what 200 % zoom leaves of it, and letters of 24 px want as much room.
LARGE = (390, 683, 1024)
TALL = 4000  # all is in view, so nothing waits to be asked for

LONGEST = {
    "": "?activation=relu&gain=3&seq_len=120&loss_at=every",
    "training": "?train_steps=50000&train_hidden_size=4&train_batch_size=4&train_cell=lstm",
    "initialisation": "?gain=3&whole_range=1&loss_at=every",
    "architectures": "?gain=3&loss_at=every",
    "clipping": "?cell=lstm&loss_at=every",
}
SLIDER = ".st-key-first_sliders input[type=range]"
PICTURES = (
    ".unroll-river, .unroll-stack, .unroll-neuron, .unroll-panels, .unroll-cliff, .unroll-chart, "
    ".unroll-room, .unroll-course, "
    ".unroll-claim"  # what a claim says leads; what came of it follows
)
DRAWN = """() => {
  const charts = [...document.querySelectorAll(".unroll-chart")].filter((c) => c.offsetParent);
  return document.querySelector(".stApp")?.dataset.testScriptState === "notRunning"
    && document.querySelector(".unroll-address")?.dataset.query === location.search.slice(1)
    && charts.every((c) => "stamp" in c.dataset && (c.matches("[data-far]")
      || Math.abs(c.querySelector(".plot")._fullLayout?.width
        - c.querySelector(".stage").clientWidth) <= 1))
    && !document.querySelector("[data-late], [data-testid=stSkeleton]")
    && !document.querySelector(".unroll-chart:not([data-far]) [data-first]");
}"""


def open_page(page, url, path, query=""):
    page.goto(f"{url}/{path}{query}")
    page.wait_for_selector(".unroll-address[data-query]", state="attached")
    resize(page, 1366, 768)


def resize(page, width, height=TALL):
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)))")
    page.wait_for_function(DRAWN)


def all_faults(page, widths, drawn=resize):
    """By width, what is wrong on it."""
    found = {}
    for width in widths:
        drawn(page, width)
        if said := faults(page):
            found[width] = said
    return found


def reached_by_tab(page):
    """Which stop of the Tab key the main slider is."""
    page.evaluate("document.activeElement.blur()")
    for stop in range(1, 40):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement === document.querySelector(s)", SLIDER):
            return stop
    return None


def the_sheet_opens_and_closes(page, height):
    """The sliders at the foot of the screen, the other settings a tap away above them."""
    settings = page.locator(".st-key-settings")
    foot = page.locator(".st-key-first_sliders").bounding_box()
    assert not settings.is_visible()
    assert foot["y"] + foot["height"] == pytest.approx(height, abs=1)
    page.get_by_role("button", name="Settings", exact=True).click()
    sheet = settings.bounding_box()
    assert sheet["y"] > 0 and sheet["y"] + sheet["height"] <= foot["y"] + 8
    assert page.evaluate("document.activeElement.closest('.st-key-settings') !== null")
    assert faults(page) == []
    page.keyboard.press("Escape")
    assert not settings.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Settings"


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_a_page_is_whole_on_every_width_and_has_its_settings_at_hand(page, app_url, entry):
    """No word is cut or overprinted, not in large letters either, and nothing scrolls sideways; the
    browser's tab names the page, and the Tab key soon finds the main slider."""
    open_page(page, app_url, entry.path, LONGEST.get(entry.path, ""))
    assert page.title() == f"{entry.title} · Unroll"
    settled = has_sheet(entry)
    if settled:
        assert reached_by_tab(page) <= len(PAGES) + 4  # the navigation comes first
    for width, height in ((768, 1024), (390, 844)):
        resize(page, width, height)
        if settled:
            the_sheet_opens_and_closes(page, height)
    assert page.locator(PICTURES).first.bounding_box()["y"] < height / 3
    for row in page.locator(".st-key-scenes").all():
        # One that goes on fades under the share button, which stays in sight.
        share = row.locator(".unroll-address .share").bounding_box()
        assert share["x"] + share["width"] <= width
    assert all_faults(page, WIDTHS) == {}
    page.evaluate("document.documentElement.style.fontSize = '24px'")
    assert all_faults(page, LARGE) == {}


def test_no_word_is_cut_while_a_run_goes_on(page, app_url):
    def still_going(page, width):
        page.set_viewport_size({"width": width, "height": TALL})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    page.goto(f"{app_url}/training{LONGEST['training']}&train_speed=10")
    page.get_by_role("button", name="Start", exact=True).click()
    caption = "document.querySelector('.unroll-chart[data-key=loss] figcaption')?.textContent"
    page.wait_for_function(f"{caption}?.startsWith('Update')")
    found = all_faults(page, WIDTHS, still_going)
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_function("document.querySelector('.unroll-progress b').textContent === 'Ready'")
    assert found == {}

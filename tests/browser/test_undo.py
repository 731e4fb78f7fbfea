"""Undo and Reset: page, address and session are one after them; and the pale line of before."""

from tests.tools.first_page import CHART, SLIDER, gain, moved, open_page, settled, stamp
from tests.tools.in_browser import query

ACTIVATION = '[class*="st-key-view_activation"] input'
UNDO, RESET = ".unroll-address .undo", ".unroll-address .reset"
BEFORE = f"{CHART} .before path"


def shows(page, **held):
    """Wait until the address holds these, and the boxes of Streamlit show the activation."""
    page.wait_for_function(
        """held => { const link = new URLSearchParams(location.search);
          return Object.entries(held).every(([k, v]) => link.get(k) === v); }""",
        arg=held,
    )
    settled(page)


def test_a_move_and_a_scene_are_taken_back_and_reset_goes_to_the_start(
    page, app_url, console_errors
):
    open_page(page, app_url, "?seq_len=30&activation=relu")
    assert page.get_attribute(UNDO, "aria-disabled") == "true"
    page.focus(SLIDER)
    page.keyboard.press("PageUp")
    shows(page, gain="1.1", activation="relu")
    page.get_by_role("button", name="Vanishing", exact=True).click()
    shows(page, gain="0.6", activation="tanh")
    page.wait_for_selector(f"{UNDO}[aria-disabled=false]")
    page.keyboard.press("Control+z")
    shows(page, gain="1.1", activation="relu", seq_len="30")
    assert gain(page) == 1.1
    page.wait_for_function(f"document.querySelector('{ACTIVATION}').value === 'ReLU'")
    page.click(UNDO)
    shows(page, gain="1", activation="relu", seq_len="30")
    page.click(RESET)
    shows(page, gain="1", activation="tanh", seq_len="60")
    page.wait_for_function(f"document.querySelector('{ACTIVATION}').value === 'tanh'")
    assert page.get_attribute(RESET, "aria-disabled") == "true"
    before = query(page)
    page.reload()  # what the address holds is what the session had
    settled(page)
    assert query(page) == before
    assert console_errors == []


def test_the_curve_before_stays_pale_while_a_slider_moves_and_goes(page, app_url):
    open_page(page, app_url)
    assert page.locator(BEFORE).count() == 0
    before = stamp(page)
    page.focus(SLIDER)
    page.keyboard.press("PageUp")
    page.wait_for_selector(BEFORE, state="attached")
    first = page.get_attribute(BEFORE, "d")
    page.keyboard.press("PageUp")
    moved(page, before)
    assert page.locator(BEFORE).count() <= 1
    if page.locator(BEFORE).count():  # it may have been at rest for so long by now
        assert page.get_attribute(BEFORE, "d") == first
    page.wait_for_selector(BEFORE, state="detached")

"""The tour of the first visit: on the real page, in nobody's way, once."""

import pytest

from tests.tools.first_page import SLIDER, gain, open_page, settled

TOUR, NEXT = ".unroll-tour", ".unroll-tour .next"
BUTTON = ".unroll-address .tour"
FOOT = ".unroll-onward .around"
# A browser that a program drives is no reader; here it plays one.
READER = "Object.defineProperty(navigator, 'webdriver', { get: () => false })"


def said(page):
    return page.inner_text(f"{TOUR} p")


def in_the_window(page):
    box, size = page.locator(TOUR).bounding_box(), page.viewport_size
    assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
    assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("width", [390, 1366])
def test_it_comes_once_moves_the_real_slider_and_puts_it_back(
    first_visit, app_url, console_errors, width
):
    page = first_visit
    page.set_viewport_size({"width": width, "height": 844 if width < 700 else 768})
    page.add_init_script(READER)
    page.goto(app_url)
    page.wait_for_selector(TOUR)
    settled(page)
    assert page.evaluate("document.activeElement === document.body")  # it takes no focus
    steps = []
    for step in range(4):
        assert page.inner_text(f"{TOUR} .count") == f"{step + 1} of 4"
        in_the_window(page)
        steps.append(said(page))
        if "Watch it move" in steps[-1]:
            page.wait_for_function(
                f"Number(document.querySelector('{SLIDER}').value) >= 1.8", timeout=20_000
            )
        page.click(NEXT)
    assert len(set(steps)) == 4
    page.wait_for_selector(TOUR, state="detached")
    settled(page)
    assert gain(page) == 1
    page.goto(app_url)
    settled(page)
    page.wait_for_timeout(1000)
    assert page.locator(TOUR).count() == 0
    asker = FOOT if width < 700 else BUTTON  # on a phone the header has no room for it
    page.click(asker)
    page.wait_for_selector(TOUR)
    assert page.evaluate("document.activeElement.textContent") == "Next"
    page.keyboard.press("Escape")
    page.wait_for_selector(TOUR, state="detached")
    assert page.evaluate(f"document.activeElement === document.querySelector('{asker}')")
    assert console_errors == []


@pytest.mark.parametrize("link", ["?gain=1.2", "?embed=true", "?present=1", "clipping"])
def test_a_link_that_brings_something_brings_no_tour(first_visit, app_url, link):
    page = first_visit
    page.add_init_script(READER)
    page.goto(f"{app_url}/{link}")
    page.wait_for_selector(".unroll-address[data-query]", state="attached")
    page.wait_for_timeout(1500)
    assert page.locator(TOUR).count() == 0


def test_who_takes_the_slider_keeps_it(page, app_url):
    """The tour goes on, and does not put back what the reader has moved."""
    open_page(page, app_url)
    page.click(BUTTON)
    page.click(NEXT)
    page.click(NEXT)
    page.focus(SLIDER)
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    page.wait_for_selector(TOUR, state="detached")
    settled(page)
    assert gain(page) == page.eval_on_selector(SLIDER, "e => Number(e.max)")

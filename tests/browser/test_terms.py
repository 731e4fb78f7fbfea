"""Terms that open their explanation where they stand, in Chromium: pointer, finger and keyboard."""

import pytest

from tests.tools.in_browser import Lead, slider

LEAD = Lead(".unroll-river")
BOX = ".unroll-term"
RHO = ".unroll-verdict .why dfn[data-term=rho]"


def open_page(page, url):
    page.goto(url)
    LEAD.settled(page)


def test_a_term_opens_by_pointer_and_by_key_without_moving_anything(page, app_url):
    open_page(page, f"{app_url}/?words=full&gain=1.3")
    term, box = page.locator(RHO), page.locator(BOX)
    before = page.locator(".unroll-river").bounding_box()
    term.hover()
    box.wait_for(state="visible")
    assert "spectral radius" in box.inner_text() and "1.30" in box.inner_text()
    page.mouse.move(5, 700)
    box.wait_for(state="hidden")
    term.focus()
    page.keyboard.press("Enter")
    box.wait_for(state="visible")
    assert term.get_attribute("aria-describedby") == box.get_attribute("id")
    assert page.locator(".unroll-river").bounding_box() == before
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.term") == "rho"
    # What has been opened by a click goes with the focus.
    term.click()
    box.wait_for(state="visible")
    page.focus(slider("gain"))
    box.wait_for(state="hidden")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_a_tap_opens_it_within_the_window(browser, app_url, scheme):
    phone = {"width": 390, "height": 844}
    context = browser.new_context(viewport=phone, has_touch=True, color_scheme=scheme)
    page = context.new_page()
    open_page(page, f"{app_url}/?words=full")
    box = page.locator(BOX)
    for term in page.locator(".unroll-verdict dfn").all():
        term.scroll_into_view_if_needed()
        term.tap()
        box.wait_for(state="visible")
        place = box.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= 390
        assert place["y"] >= 0 and place["y"] + place["height"] <= 844
        term.tap()
        box.wait_for(state="hidden")
    context.close()


def test_the_words_turn_at_once_and_stay_on_the_next_page(page, app_url):
    open_page(page, app_url)
    button = page.get_by_role("button", name="Formulas")
    assert button.get_attribute("aria-pressed") == "false"
    assert "keeps 85 %" in page.inner_text(".unroll-verdict")
    button.click()
    page.wait_for_function("document.querySelector('.unroll-verdict').innerText.includes('δ')")
    page.wait_for_function("location.search.includes('words=full')")
    page.get_by_role("link", name="Training", exact=True).first.click()
    page.wait_for_function("location.pathname.endsWith('/training')")
    page.wait_for_function("location.search.includes('words=full')")
    assert page.get_by_role("button", name="Formulas").get_attribute("aria-pressed") == "true"

"""A student goes through a lesson in a browser, and what was met survives a reload."""

from tests.tools.in_browser import POLLING_MS, complete

LESSON = "?lesson=saturation"
# One step of the input scale at a time, as the Left key makes them.
MET = """() => document.querySelector(".unroll-lesson")?.hasAttribute("data-met")"""


def open_at(page, address):
    page.goto(address)
    there(page, ".unroll-lesson h2")
    complete(page)


def there(page, selector):
    """Wait until it stands on the page."""
    page.wait_for_function(
        "(selector) => document.querySelector(selector)", arg=selector, polling=POLLING_MS
    )


def test_a_lesson_is_met_by_moving_its_slider_and_stays_met(page, app_url, console_errors):
    open_at(page, f"{app_url}/{LESSON}")
    assert not page.evaluate(MET)
    assert page.locator(".unroll-lesson h2").inner_text().startswith("W")
    page.locator(".unroll-lesson summary").click()
    assert "saturated" in page.locator(".unroll-lesson details").inner_text()

    page.get_by_text("More", exact=True).first.click()
    slider = page.locator(".unroll-slider[data-key=input_scale] input[type=range]")
    slider.wait_for()
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(MET, polling=POLLING_MS)
    done = page.locator(".unroll-lesson .done")
    assert "stays near 1" in done.inner_text()
    # The receipt comes with the session's own drawing, once the slider rests.
    page.wait_for_function(
        """() => JSON.parse(localStorage["unroll-course"] ?? "{}").met?.saturation?.receipt""",
        polling=POLLING_MS,
    )

    page.reload()
    page.wait_for_function(MET, polling=POLLING_MS)
    page.locator(".unroll-lesson .next").click()
    page.wait_for_function(
        """() => document.querySelector(".unroll-lesson .number")?.textContent.includes("5 of")""",
        polling=POLLING_MS,
    )
    page.locator(".unroll-lesson nav a", has_text="All lessons").click()
    there(page, ".unroll-course li[data-met]")
    assert page.locator(".unroll-course li[data-met] a").all_inner_texts() == ["Saturation"]
    assert "Radius, norm" in page.locator(".unroll-course .go").inner_text()

    page.locator(".unroll-course input").fill("Ada Lovelace")
    page.get_by_role("button", name="Make the code").click()
    there(page, ".unroll-course textarea")
    code = page.locator(".unroll-course textarea").input_value()
    page.get_by_text("Check codes", exact=True).click()
    page.locator("textarea[aria-label='Completion codes']").fill(code)
    page.keyboard.press("Control+Enter")
    page.get_by_text("1 of 1", exact=True).wait_for()
    assert not console_errors


def test_leaving_a_lesson_leaves_the_page_as_it_is(page, app_url):
    open_at(page, f"{app_url}/{LESSON}&input_scale=0.4")
    page.locator(".unroll-lesson nav a", has_text="Leave").click()
    page.wait_for_function("() => !location.search.includes('lesson')", polling=POLLING_MS)
    there(page, ".unroll-river")
    assert "input_scale=0.4" in page.url
    assert page.locator(".unroll-lesson").count() == 0

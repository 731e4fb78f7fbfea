"""Live answers in the browser: what is on screen while it moves, and when the network does not."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.tools.in_browser import Lead, complete, drag, query, slider
from ui.pages import PAGES

LEAD = Lead(".unroll-river", fewest=2)
GAIN = slider("gain")
ANSWERS = "**/live/*/*/*"
ON_SCREEN = """() => ({
  picture: document.querySelector(".unroll-river").dataset.stamp,
  chart: document.querySelector(".unroll-chart[data-key=gradient_norms]").dataset.stamp,
  words: document.querySelector("[data-words=verdict]").dataset.stamp,
})"""


def opened(page, url: str, lead: Lead = LEAD) -> None:
    page.goto(url)
    page.wait_for_selector(GAIN)
    page.wait_for_selector("[data-words=verdict]")
    lead.settled(page)


def gain(page) -> float:
    return page.eval_on_selector(GAIN, "e => Number(e.value)")


def told(page) -> None:
    """Wait until the session knows what has been moved."""
    complete(page)
    page.wait_for_timeout(1600)


def pressed(page, key: str = "ArrowRight") -> None:
    page.focus(GAIN)
    page.keyboard.press(key)


def test_while_it_moves_no_session_is_asked_and_everything_is_of_one_answer(
    page, app_url, console_errors
):
    asked = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: asked.append(data)))
    opened(page, app_url)
    page.wait_for_timeout(500)
    asked.clear()
    page.evaluate(
        f"""() => {{
          window.torn = 0; window.states = new Set();
          const look = {ON_SCREEN};
          const note = () => {{
            const {{ picture, chart, words }} = look();
            states.add(picture);
            if (picture !== chart || (words && words !== picture)) torn += 1;
            requestAnimationFrame(note);
          }};
          note();
        }}"""
    )
    drag(page, GAIN, 1 / 3, 1 / 64, steps=24, rest=80)
    assert asked == []
    assert page.evaluate("[torn, states.size >= 3]") == [0, True]
    page.mouse.up()
    LEAD.settled(page)
    assert float(query(page)["gain"]) == gain(page)
    told(page)
    assert len(asked) >= 1  # once, at rest, and what follows then
    assert console_errors == []


def test_a_widget_of_streamlits_finds_the_session_told(page, app_url, console_errors):
    """A slider's move and a choice in the same moment end in one state."""
    opened(page, app_url)
    pressed(page, "End")
    page.locator("[data-testid=stPills] button, [data-testid=stButtonGroup] button").filter(
        has_text="realised bound"
    ).first.click()
    page.wait_for_function("() => location.search.includes('realised')", timeout=15000)
    LEAD.settled(page)
    assert gain(page) == 3.0
    assert query(page)["gain"] == "3"
    assert console_errors == []


def test_fifty_fast_actions_end_in_one_state(page, app_url, browser, console_errors):
    """Keys, clicks and choices in one go: page = address = session = a fresh page there."""
    import random

    chance = random.Random(5)
    opened(page, app_url)
    pills = page.locator("[data-testid=stButtonGroup] button")
    for _ in range(50):
        act = chance.randrange(4)
        if act == 0:
            pressed(page, chance.choice(("ArrowRight", "ArrowLeft", "PageUp", "PageDown")))
        elif act == 1:
            page.focus(slider("seq_len"))
            page.keyboard.press(chance.choice(("ArrowRight", "ArrowLeft")))
        elif act == 2:
            pills.nth(chance.randrange(3)).click()
        else:
            page.locator(".unroll-river .ur-stage").click(
                position={"x": 120 + chance.randrange(600), "y": 60}
            )
    told(page)
    LEAD.settled(page)
    here = page.evaluate(ON_SCREEN)
    fresh = browser.new_page(viewport=page.viewport_size)
    try:
        opened(fresh, page.url)
        there = fresh.evaluate(ON_SCREEN)
        assert (there["picture"], there["chart"]) == (here["picture"], here["chart"])
        assert fresh.inner_text("[data-words=verdict]") == page.inner_text("[data-words=verdict]")
        assert query(fresh) == query(page)
    finally:
        fresh.close()
    page.reload()
    opened(page, page.url)
    assert page.evaluate(ON_SCREEN)["picture"] == here["picture"]
    assert console_errors == []


def broken(kind: str):
    """A network that fails in one way; one that stalls says nothing."""

    def answer(route):
        if kind == "breaks off":
            route.abort("connectionreset")
        elif kind == "a proxy's page":
            route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")
        elif kind == "busy":
            body = json.dumps({"error": "Waiting for a turn: 2 computations come first."})
            route.fulfill(status=503, content_type="application/json", body=body)

    return answer


def test_a_network_that_fails_keeps_the_last_good_picture_and_recovers(page, app_url):
    """However it fails, one way after the other."""
    opened(page, app_url)
    pressed(page)  # one answer of ours has come through
    page.wait_for_function("() => location.search.includes('gain=1.01')")
    LEAD.settled(page)
    for n, kind in enumerate(["breaks off", "a proxy's page", "busy", "stalls"], start=102):
        before = page.evaluate(ON_SCREEN)
        page.route(ANSWERS, broken(kind))
        pressed(page)
        page.wait_for_selector("[data-unroll-answering=waiting] .unroll-answering")
        assert page.evaluate(ON_SCREEN)["picture"] == before["picture"], kind
        assert gain(page) == pytest.approx(n / 100)
        page.unroute(ANSWERS)  # which lets go of what was held
        page.wait_for_function("link => location.search.includes(link)", arg=f"gain={n / 100}")
        page.wait_for_function("() => !document.documentElement.dataset.unrollAnswering")
        LEAD.settled(page)
        assert page.evaluate(ON_SCREEN)["picture"] != before["picture"], kind


def test_answers_out_of_order_never_bring_back_an_older_picture(page, app_url):
    """The first of two questions is held back until the reader is elsewhere."""
    opened(page, app_url)
    held = []

    def slow(route):
        if "gain=1.01" in route.request.url and not held:
            held.append(route)
        else:
            route.continue_()

    page.route(ANSWERS, slow)
    pressed(page)
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Exploding", exact=True).click()
    page.wait_for_function("() => document.querySelector('.unroll-verdict')?.dataset.kind")
    page.wait_for_function("() => !location.search.includes('gain=1&')")
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    LEAD.settled(page)
    scene = query(page)
    assert gain(page) == float(scene["gain"]) > 1.01


@pytest.mark.parametrize("page_", [page for page in PAGES if page.answers], ids=lambda p: p.name)
def test_where_no_answer_comes_through_the_session_brings_everything(
    page, app_url, page_, console_errors
):
    """A host that lets only Streamlit's own addresses pass: slower, and the same."""
    page.route(
        ANSWERS,
        lambda route: route.fulfill(status=200, content_type="text/html", body="<!doctype html>"),
    )
    page.goto(f"{app_url}/{page_.path}")
    page.wait_for_selector(".unroll-slider input[type=range]")
    page.wait_for_function(
        """() => document.querySelector('.unroll-address')?.dataset.query
          === location.search.slice(1)"""
    )
    page.wait_for_timeout(1500)
    before = urlsplit(page.url).query
    thumb = page.locator(".st-key-first_sliders .unroll-slider input[type=range]").first
    thumb.focus()
    for key in ("ArrowRight", "ArrowRight", "End"):
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    key = page.locator(".st-key-first_sliders .unroll-slider").first.get_attribute("data-key")
    page.wait_for_function(
        """([before, key]) => {
          const { value } = document.querySelector(`.unroll-slider[data-key=${key}]`).dataset;
          const said = new URLSearchParams(location.search).get(key);
          return location.search.slice(1) !== before && Math.abs(said - value) < 1e-6
            && document.querySelector('.unroll-address').dataset.query === location.search.slice(1);
        }""",
        arg=[before, key],
    )
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.dataset.unrollAnswers") == "barred"
    value = float(thumb.evaluate("e => e.closest('.unroll-slider').dataset.value"))
    assert float(dict(parse_qsl(urlsplit(page.url).query))[key]) == pytest.approx(value)
    # What is on screen is what a page with answers shows at this address.
    page.wait_for_function("() => !document.querySelector('.unroll-follow[data-late]')")
    told(page)
    shown = page.evaluate("[...document.querySelectorAll('[data-words]')].map((w) => w.innerText)")
    page.unroute(ANSWERS)
    page.goto(f"{app_url}/{page_.path}?{urlencode(parse_qsl(urlsplit(page.url).query))}")
    page.wait_for_selector(".unroll-slider input[type=range]")
    page.wait_for_function(
        "(n) => document.querySelectorAll('[data-words]').length >= n", arg=len(shown)
    )
    page.wait_for_timeout(1500)
    again = page.evaluate("[...document.querySelectorAll('[data-words]')].map((w) => w.innerText)")
    assert again == shown
    assert console_errors == []

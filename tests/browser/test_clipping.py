"""The cliff in a real browser: play, scrub, click, sliders, both themes, phone."""

import math
import re

import pytest

from rnn_core.studies.cliff import descend
from tests.tools.in_browser import (
    Lead,
    all_seen,
    assert_no_sideways_scroll,
    assert_on_first_screen,
    drag,
    in_place,
    query,
    seen,
    slider,
    watch,
)
from ui.clipping import words

CLIFF = ".unroll-cliff[data-key=cliff]"
TRACK = f"{CLIFF} .uc-track"
SLIDER = slider("cliff_threshold")
CHARTS = ("vectors", "thresholds", "clip_shares", "truncated")
LEAD = Lead(CLIFF, ", ".join(f".unroll-chart[data-key={key}]" for key in CHARTS), len(CHARTS))
settled = LEAD.settled


def open_page(page, url, query=""):
    page.goto(f"{url}/clipping?{query}")
    page.wait_for_selector(f"{CLIFF} .uc-now")
    settled(page)


def at(page):
    return int(page.get_attribute(CLIFF, "data-at"))


def now(page, kind):
    """Where the picture shows a path's position on the map, in pixels."""
    mark = page.locator(f"{CLIFF} .uc-now[data-kind={kind}]")
    return float(mark.get_attribute("cx")), float(mark.get_attribute("cy"))


def from_the_side(page):
    """The update that the picture from the side shows, and a digest of its pixels."""
    return page.evaluate(
        """(s) => { const c = document.querySelector(s);
          const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
          let digest = 7;
          for (let i = 0; i < data.length; i += 1) digest = (digest * 31 + data[i]) | 0;
          return [Number(c.dataset.at), digest] }""",
        f"{CLIFF} .uc-side canvas:last-of-type",
    )


def test_a_scenes_words_go_when_a_slider_has_left_it(page, app_url):
    open_page(page, app_url)
    page.get_by_role("button", name="Threshold too high", exact=True).click()
    look = page.get_by_text("Both leave: a threshold of 1000")
    look.wait_for()
    page.focus(SLIDER)
    page.keyboard.press("ArrowLeft")
    look.wait_for(state="detached")


def test_it_opens_at_the_end_and_can_be_scrubbed_and_played(page, app_url, console_errors):
    open_page(page, app_url)
    free = descend(6.0, -1.5, steps=50, target=0.7, learning_rate=1.0, updates=150)
    assert at(page) == 150
    assert page.locator(f"{CLIFF} .uc-row").count() == 2
    row = page.locator(f"{CLIFF} .uc-row .uc-text").first
    assert f"left the window at update {free.updates}" in row.text_content()
    # Scrubbing: every picture follows, and no server is asked for it.
    page.evaluate(
        """() => { window.sent = 0; const send = WebSocket.prototype.send;
          WebSocket.prototype.send = function (...m) { window.sent += 1; send.apply(this, m); } }"""
    )
    end = from_the_side(page)
    at_once = page.evaluate(
        """([track, root]) => { const t = document.querySelector(track);
          t.value = 0; t.dispatchEvent(new Event("input"));
          return [Number(document.querySelector(root).dataset.at), window.sent] }""",
        [TRACK, CLIFF],
    )
    assert at_once == [0, 0]
    page.locator(TRACK).focus()
    start = now(page, "none")
    assert start == now(page, "norm")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert at(page) == 5 and now(page, "none") != start
    side = from_the_side(page)
    assert side[0] == 5 and side != end
    assert f"w {words.number(free.w[5])}, b {words.number(free.b[5])}" in row.text_content()
    page.wait_for_function("location.search.includes('cliff_at=5')")
    # Playing goes on from here by itself, and holds where it is told to.
    page.locator(f"{CLIFF} .uc-button-play").click()
    page.wait_for_function("(s) => +document.querySelector(s).dataset.at > 12", arg=CLIFF)
    page.locator(f"{CLIFF} .uc-button-play").click()
    held = at(page)
    assert held < 150
    page.wait_for_timeout(300)
    assert at(page) == held
    page.locator(f"{CLIFF} .uc-button-start").click()
    page.locator(f"{CLIFF} .uc-button-forward").click()
    assert at(page) == 1
    assert console_errors == []


def test_sliders_and_clicks_move_what_they_should_while_they_do(page, app_url, console_errors):
    open_page(page, app_url)
    watch(page, CLIFF)
    before = now(page, "norm")
    drag(page, SLIDER, 0.42, -1 / 60, steps=20, until=all_seen(6))
    (during,) = seen(page)
    page.mouse.up()
    settled(page)
    assert during >= 6
    assert in_place(page, CLIFF)
    assert now(page, "norm") != before
    limit = float(query(page)["cliff_threshold"])
    assert limit < 0.05
    d = descend(
        6.0, -1.5, steps=50, target=0.7, learning_rate=1.0, updates=150, clip="norm", limit=limit
    )
    said = page.locator(".unroll-verdict").inner_text()
    assert f"{int(d.clipped[:-1].sum())} of {d.updates}" in said

    # A click on the map sets the start.
    box = page.evaluate(
        """(s) => { const p = document.querySelector(s), { xaxis, yaxis } = p._fullLayout;
          const b = p.getBoundingClientRect();
          const [x, y] = [xaxis._offset + xaxis.d2p(2), yaxis._offset + yaxis.d2p(-3)];
          return [b.left + x, b.top + y] }""",
        f"{CLIFF} .uc-map .uc-plot",
    )
    page.mouse.click(*box)
    page.wait_for_function("location.search.includes('cliff_w=')")
    settled(page)
    start = query(page)
    assert float(start["cliff_w"]) == pytest.approx(2, abs=0.03)
    assert float(start["cliff_b"]) == pytest.approx(-3, abs=0.03)
    moved_to = page.get_attribute(".unroll-slider[data-key=cliff_w]", "data-value")
    assert moved_to == start["cliff_w"]

    # A slider further down moves its own chart, and waits for nobody.
    caption = page.locator(".unroll-chart[data-key=truncated] figcaption")
    before = caption.inner_text()
    window = page.locator(slider("clip_window"))
    window.scroll_into_view_if_needed()
    window.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([s, b]) => document.querySelector(s).innerText !== b",
        arg=[".unroll-chart[data-key=truncated] figcaption", before],
    )
    settled(page)
    page.wait_for_timeout(300)
    settled(page)
    k = int(re.search(r"A window of (\d+) steps, of 60", caption.inner_text())[1])
    assert k == int(query(page)["clip_window"]) > 10
    assert console_errors == []


def test_the_first_screen_holds_picture_sliders_and_sentence(page, app_url, console_errors):
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    open_page(page, app_url)
    assert_on_first_screen(
        page,
        ".unroll-verdict h1",
        f"{CLIFF} .uc-side .uc-box",
        f"{CLIFF} .uc-map .uc-plot",
        TRACK,
        f"{CLIFF} .uc-numbers",
        SLIDER,
        ".unroll-slider[data-key=cliff_updates]",
    )
    # No sentence of the verdict is cut off.
    verdict = page.eval_on_selector(".unroll-verdict", "e => e.scrollHeight - e.clientHeight")
    assert verdict <= 2
    # The dark theme has a ground of its own.
    ground = f"{CLIFF} .uc-side canvas:first-of-type"
    light = page.evaluate("(s) => document.querySelector(s).toDataURL()", ground)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "([s, l]) => document.querySelector(s).toDataURL() !== l", arg=[ground, light]
    )
    # It can be turned.
    before = from_the_side(page)
    page.locator(f"{CLIFF} .uc-side canvas").last.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(100)
    assert from_the_side(page)[1] != before[1]
    # Without motion a descent is a few pictures, the update where something happens among them.
    page.evaluate(
        """(s) => { window.stops = []; const node = document.querySelector(s);
          const note = ({ at }) => stops.at(-1) === at || stops.push(at);
          new MutationObserver(() => note(node.dataset))
            .observe(node, { attributes: true, attributeFilter: ["data-at"] }); }""",
        CLIFF,
    )
    page.locator(f"{CLIFF} .uc-button-play").click()
    page.wait_for_function("stops.length >= 3", timeout=6000)
    assert page.evaluate("stops.slice(0, 3)") == ["0", "19", "38"]
    assert console_errors == []


def test_a_phone_shows_both_pictures_one_above_the_other(page, app_url):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, app_url, "cliff_value=1")
    assert_no_sideways_scroll(page)
    side, above = (
        page.locator(f"{CLIFF} .uc-{name} .uc-box").bounding_box() for name in ("side", "map")
    )
    assert side["y"] + side["height"] <= above["y"] and above["width"] > 300
    assert_on_first_screen(page, SLIDER)
    assert math.isclose(side["width"], above["width"], abs_tol=2)

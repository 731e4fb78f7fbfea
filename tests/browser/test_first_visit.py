"""The first page while it is on its way: what stands there early, and what takes its place."""

import json

import numpy as np
import pytest
from PIL import Image, ImageChops

from tests.tools.first_page import CHART, RIVER, SLIDER, settled
from tests.tools.in_browser import complete

EARLY = "#unroll-early"
STAGE = ".st-key-stage"
PLOTLY = "**/plotly-*.js"
# Until an element has kept its place and size for half a second.
STILL = """(e) => new Promise((done) => {
  let [kept, since] = ["", 0];
  const look = (now) => {
    const box = JSON.stringify(e.getBoundingClientRect());
    if (box !== kept) [kept, since] = [box, now];
    if (now - since > 500) done();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
# Where the early parts stand by the style sheet alone, before the page's own place is known.
PLACED = """(selectors) => new Promise((done) => {
  const look = () => {
    const early = document.querySelector("#unroll-early");
    if (!early?.querySelector(".unroll-river path[d]")) return requestAnimationFrame(look);
    const followed = early.getAttribute("style");
    early.removeAttribute("style");
    done(selectors.map((selector) => {
      const { left, top, width, height } = early.querySelector(selector).getBoundingClientRect();
      return [left, top, width, height];
    }));
    early.setAttribute("style", followed ?? "");
  };
  look();
})"""


# What stands there early, as soon as something does: where caches are warm it is soon gone.
NOTED = """window.noted = new Promise((done) => {
  const look = () => {
    const early = document.querySelector("#unroll-early");
    if (!early?.querySelector(".unroll-river path[d]")) return requestAnimationFrame(look);
    const { backgroundColor, color } = getComputedStyle(early);
    done({
      verdict: early.querySelector(".unroll-verdict").innerText,
      caption: early.querySelector("figcaption").innerText,
      colours: [backgroundColor, color],
      theme: early.dataset.theme,
    });
  };
  look();
});"""


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (768, 1024), (390, 844)])
def test_the_picture_stands_where_the_page_draws_it(
    second_tab, app_url, console_errors, width, height
):
    """Verdict, river and chart, within half a line, even before the page's own place is known."""
    page = second_tab
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(f"window.placed = ({PLACED})({json.dumps(PARTS)});")
    page.goto(f"{app_url}/?gain=1.2&seq_len=40")
    before = page.evaluate("placed")
    settled(page)
    assert page.locator(EARLY).count() == 0
    page.locator(STAGE).evaluate(STILL)
    for name, was in zip(PARTS, before, strict=True):
        box = page.locator(f"{STAGE} {name}").bounding_box()
        now = [box[side] for side in ("x", "y", "width", "height")]
        assert np.abs(np.subtract(was, now)).max() <= 12, (name, was, now)
    assert not console_errors


PARTS = [".unroll-verdict .line", ".unroll-river", ".unroll-chart[data-key=gradient_norms]"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_says_what_the_page_says_and_wears_its_colours(second_tab, app_url, scheme):
    """One answer, drawn by the same modules: the words are equal to the letter."""
    page = second_tab
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(NOTED)
    page.goto(f"{app_url}/?gain=1.3&init=gaussian&seq_len=30")
    noted = page.evaluate("noted")
    settled(page)
    said = noted["verdict"]
    assert page.inner_text(f"{STAGE} .unroll-verdict") == said
    assert page.inner_text(f"{CHART} figcaption") == noted["caption"]
    assert "Vanishing" in said or "Flowing" in said or "Exploding" in said
    style = "(e) => { const s = getComputedStyle(e); return [s.backgroundColor, s.color]; }"
    page.wait_for_selector(f"{STAGE} .unroll-verdict p")
    ground, _ = page.eval_on_selector("[data-testid=stApp]", style)
    _, text = page.eval_on_selector(f"{STAGE} .unroll-verdict p", style)
    assert noted["colours"] == [ground, text]


def test_a_reader_who_chose_a_theme_has_it_early(second_tab, app_url):
    """Of the menu, against the system's."""
    page = second_tab
    page.emulate_media(color_scheme="light")
    page.goto(app_url)
    settled(page)
    page.click("[data-testid=stMainMenu] button")
    page.click("[data-testid=stMainMenuItem-theme-Dark]")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        " === 'rgb(18, 21, 27)'"
    )
    page.add_init_script(NOTED)
    page.reload()
    assert page.evaluate("noted.then(({ theme }) => theme)") == "dark"


@pytest.mark.parametrize("fails", ["no answer", "a proxy's page", "other storage"])
def test_without_it_the_page_comes_all_the_same(second_tab, app_url, console_errors, fails):
    page = second_tab
    if fails == "no answer":
        page.route("**/live/*/gradient_flow/first_screen*", lambda route: route.abort())
    elif fails == "a proxy's page":
        page.route(
            "**/live/*/gradient_flow/first_screen*",
            lambda route: route.fulfill(body="<h1>Gateway", content_type="text/html"),
        )
    else:  # Streamlit keeps its theme in another form
        page.add_init_script("localStorage.setItem('stActiveTheme-/-v9', '{{{')")
    page.goto(app_url)
    settled(page)
    assert page.locator(EARLY).count() == 0
    assert not [error for error in console_errors if "ERR_FAILED" not in error]


def test_a_link_that_is_wrong_is_the_pages_to_explain(page, app_url, console_errors):
    """No early picture, no error in the console; the page says what it has changed."""
    page.goto(f"{app_url}/?gain=abc&seq_len=30")
    settled(page)
    assert "values that had to be changed" in page.inner_text(".stAlert")
    assert page.locator(EARLY).count() == 0 and console_errors == []


@pytest.mark.parametrize("link", ["quiz=1", "hide=chart", "present=1"])
def test_a_link_that_shows_the_page_otherwise_has_no_early_picture(second_tab, app_url, link):
    """It would give the answer away, show what the link hides, or stand elsewhere."""
    page = second_tab
    page.add_init_script(
        f"""new MutationObserver(() => {{ window.seen ||= !!document.querySelector("{EARLY}"); }})
        .observe(document, {{ subtree: true, childList: true }});"""
    )
    page.goto(f"{app_url}/?{link}")
    page.wait_for_selector(f"{STAGE} .unroll-verdict, .st-key-stage_quiz", state="attached")
    page.wait_for_timeout(1000)
    assert not page.evaluate("window.seen")


def test_a_page_without_an_early_picture_has_none(page, app_url):
    page.goto(f"{app_url}/one_neuron", wait_until="commit")
    page.wait_for_selector(".unroll-neuron[data-stamp]")
    assert page.locator(EARLY).count() == 0


def test_a_first_visit_asks_for_few_files_and_nobody_else(first_visit, app_url, console_errors):
    """Of our own: at most 30 until everything is drawn, early picture and all, without an error."""
    page, asked = first_visit, []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(NOTED)
    page.goto(app_url)
    assert page.evaluate("noted")["verdict"]
    settled(page)
    complete(page)
    own = [url for url in asked if "/app/static/" in url or "/live/" in url]
    assert 5 < len(own) <= 30, own
    strangers = [url for url in asked if not url.startswith((app_url, "data:", "blob:", "ws:"))]
    assert strangers == []
    assert page.title() == "Gradient flow · Unroll"
    assert console_errors == []


# -- the chart before plotly.js


@pytest.mark.parametrize(
    "query",
    ["", "?gain=3&activation=relu&init=gaussian&seq_len=100", "?loss_at=every&batch_size=1"],
    ids=["default", "explodes", "a loss at every step"],
)
def test_the_first_drawing_of_a_chart_is_plotlys(page, app_url, tmp_path, query):
    """Curves, ticks and marks at the same pixels, letters within one."""
    held = []
    page.emulate_media(reduced_motion="reduce")
    page.route(PLOTLY, lambda route: held.append(route))
    page.goto(f"{app_url}/{query}")
    stage = page.locator(f"{STAGE} {CHART} .stage")
    page.wait_for_selector(f"{STAGE} {CHART} [data-first]")
    page.wait_for_function(f"!document.querySelector('{EARLY}')")
    stage.evaluate(STILL)
    labels = """(e) => [...e.querySelectorAll("svg text")].map((text) => {
      const [own, whole] = [text.getBoundingClientRect(), e.getBoundingClientRect()];
      return [text.textContent.replace(/\\u200b/g, ""), own.x - whole.x, own.y - whole.y];
    }).sort()"""
    before = stage.evaluate(labels)
    stage.screenshot(path=tmp_path / "first.png")
    while not held:
        page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    settled(page)
    after = stage.evaluate(labels)
    stage.screenshot(path=tmp_path / "plotly.png")
    assert [text for text, *_ in before] == [text for text, *_ in after]
    for (text, *was), (_, *now) in zip(before, after, strict=True):
        assert np.abs(np.subtract(was, now)).max() < 2.5, text
    first, plotly = (
        Image.open(tmp_path / f"{name}.png").convert("RGB") for name in ("first", "plotly")
    )
    assert first.size == plotly.size
    difference = np.asarray(ImageChops.difference(first, plotly)).max(axis=2)
    drawn = np.asarray(plotly).min(axis=2) < 200
    assert drawn.mean() > 0.01
    assert (difference > 64).mean() < 0.01


def test_a_slider_moves_the_first_drawing_too(page, app_url):
    """plotly.js never comes: the chart goes on as it began."""
    page.route(PLOTLY, lambda route: None)
    page.goto(app_url)
    page.wait_for_selector(f"{STAGE} {CHART} [data-first]")
    page.wait_for_function(f"!document.querySelector('{EARLY}')")
    page.wait_for_selector(SLIDER)
    curve = f"""[...document.querySelectorAll("{CHART} [data-first] path")]
      .map((path) => path.getAttribute("d")).join()"""
    before, stamp = page.evaluate(curve), page.get_attribute(RIVER, "data-stamp")
    page.focus(SLIDER)
    page.keyboard.press("End")
    page.wait_for_function(f"document.querySelector('{RIVER}').dataset.stamp !== '{stamp}'")
    page.wait_for_function(
        f"document.querySelector('{CHART}').dataset.stamp"
        f" === document.querySelector('{RIVER}').dataset.stamp"
    )
    assert page.evaluate(curve) != before

"""Sharing, presenter mode, the question and paper, as a browser shows them."""

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.tools.first_page import CHART, RIVER, SLIDER, gain, moved, open_page, settled, stamp
from tests.tools.in_browser import assert_on_first_screen, complete

SHARE = ".unroll-address .share"
DIALOG = ".unroll-share"


def open_any(page, url, query=""):
    page.goto(f"{url}/{query}")
    page.wait_for_selector(".unroll-address[data-query]", state="attached")
    page.wait_for_function(
        """() => document.querySelector(".unroll-address").dataset.query
              === location.search.slice(1)
            && [...document.querySelectorAll(".unroll-chart")].every((c) => "stamp" in c.dataset)"""
    )
    complete(page)


def presenting(page):
    return page.evaluate("document.documentElement.hasAttribute('data-present')")


def open_share(page):
    page.click(SHARE)
    page.wait_for_selector(f"{DIALOG}[open] .code > *")


def modules(page):
    """The QR code as it is drawn, without its margin."""
    path = page.get_attribute(f"{DIALOG} .code path", "d")
    dark = {tuple(int(v) for v in part.split("h")[0].split()) for part in path.split("M")[1:]}
    n = int(page.get_attribute(f"{DIALOG} .code svg", "viewBox").split()[2]) - 8
    return [[int((x + 4, y + 4) in dark) for x in range(n)] for y in range(n)]


FINDER = np.pad(np.pad(np.ones((3, 3), int), 1), 1, constant_values=1)  # 7 × 7


def has_corners(rows):
    """Whether it is a code's square; that it is the link's, tests/live/code.test.js says."""
    code = np.array(rows)
    corners = (code[:7, :7], code[:7, -7:], code[-7:, :7])
    return (len(code) - 17) % 4 == 0 and all((corner == FINDER).all() for corner in corners)


# -- share


def test_the_dialog_shows_link_and_code_gives_the_focus_back_and_hides_what_is_ticked(
    page, app_url, console_errors
):
    """What is ticked is in the link, and hidden for who opens it."""
    open_page(page, app_url, "?gain=1.3&seed=5")
    open_share(page)
    link = page.input_value(f"{DIALOG} input.link")
    assert link == page.url
    assert has_corners(modules(page))
    page.keyboard.press("Escape")
    assert page.locator(f"{DIALOG}[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Share"
    open_share(page)
    before = page.get_attribute(f"{DIALOG} .code path", "d")
    for name in ("controls", "verdict"):
        page.check(f"{DIALOG} input[name={name}]")
    page.wait_for_function(
        "([s, b]) => document.querySelector(s).getAttribute('d') !== b",
        arg=[f"{DIALOG} .code path", before],
    )
    link = page.input_value(f"{DIALOG} input.link")
    assert parse_qs(urlsplit(link).query)["hide"] == ["controls,verdict"]
    assert page.locator(".unroll-verdict").is_visible()  # here nothing is hidden
    page.goto(link)
    settled(page)
    assert not page.locator(".unroll-verdict").is_visible()
    assert not page.locator(SLIDER).is_visible()
    assert gain(page) == 1.3
    # What is hidden takes no space: the picture is as wide as the page, and stands at its top.
    assert page.locator(RIVER).bounding_box()["width"] > 1300
    assert page.locator(RIVER).bounding_box()["y"] < 170
    assert console_errors == []


# -- presenter mode


def test_a_key_fills_the_screen_with_picture_chart_sliders_and_verdict(page, app_url):
    open_page(page, app_url)
    small = page.evaluate(f"document.querySelector('{CHART} .plot').layout.font.size")
    page.keyboard.press("p")
    page.wait_for_function("location.search.includes('present=1')")
    settled(page)
    assert_on_first_screen(page, RIVER, f"{CHART} .plot", SLIDER, ".unroll-verdict h1")
    gone = ["header.stAppHeader", ".st-key-scenes", ".st-key-view_cell", ".st-key-remedies"]
    for selector in [*gone, "[data-key=eigenvalues]", f"{CHART} figcaption", f"{CHART} .tools"]:
        assert not page.locator(selector).first.is_visible(), selector
    large = page.evaluate(f"document.querySelector('{CHART} .plot').layout.font.size")
    assert large >= 1.3 * small
    # Step t still stands at the same x in the picture and in the chart.
    at = page.evaluate(
        f"""() => {{ const plot = document.querySelector("{CHART} .plot");
              const {{ xaxis }} = plot._fullLayout;
              const chart = plot.getBoundingClientRect().left + xaxis._offset + xaxis.d2p(60);
              const l = document.querySelector("{RIVER} .ur-losses circle").getBoundingClientRect();
              return [chart, l.left + l.width / 2]; }}"""
    )
    assert at[0] == pytest.approx(at[1], abs=3)
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('present')")
    assert page.locator("header.stAppHeader").is_visible()
    assert page.evaluate(f"document.querySelector('{CHART} .plot').layout.font.size") == small


def test_keys_go_through_scenes_and_steps(page, app_url, console_errors):
    """And rest while a text field has the focus."""
    open_page(page, app_url, "?present=1")
    page.click(".unroll-slider[data-key=gain] .value")
    page.keyboard.type("pn0.")
    assert page.input_value(".unroll-slider[data-key=gain] input.exact") == "pn0."
    page.keyboard.press("Escape")
    assert presenting(page) and gain(page) == 1.0
    assert "step=" not in page.url
    page.evaluate("document.activeElement.blur()")
    before = stamp(page)
    page.keyboard.press("n")
    moved(page, before)
    assert gain(page) == 0.6  # the first scene
    page.keyboard.press("0")
    page.keyboard.press(".")
    page.wait_for_function("location.search.includes('step=59')")
    page.keyboard.press(",")
    page.wait_for_function("location.search.includes('step=60')")
    page.keyboard.press("Space")
    page.wait_for_selector(".ur-playing")
    page.keyboard.press("Space")
    page.wait_for_selector(".ur-playing", state="detached")
    page.keyboard.press("?")
    keys = page.locator(".unroll-keys")
    assert "next scene" in keys.inner_text() and "leave presenter mode" in keys.inner_text()
    page.keyboard.press("Escape")  # closes the list, not the mode
    assert not keys.is_visible() and presenting(page)
    assert console_errors == []


def test_a_step_is_picked_under_the_pointer_although_the_picture_is_magnified(page, app_url):
    open_page(page, app_url, "?present=1&seq_len=20")
    page.wait_for_timeout(300)
    box = page.locator(f"{CHART} .plot").bounding_box()
    x = page.evaluate(
        f"""() => {{ const {{ xaxis }} = document.querySelector("{CHART} .plot")._fullLayout;
                     return xaxis._offset + xaxis.d2p(7); }}"""
    )
    river = page.locator(f"{RIVER} .ur-stage").bounding_box()
    page.mouse.click(box["x"] + x, river["y"] + river["height"] / 2)
    page.wait_for_function("location.search.includes('step=7')")


# -- predict, then reveal


def test_the_question_comes_before_the_picture_and_again_when_a_slider_moves(
    page, app_url, console_errors
):
    page.goto(f"{app_url}/?quiz=1&gain=0.6&init=gaussian")
    page.wait_for_selector(".unroll-question")
    page.wait_for_selector(SLIDER)
    assert page.locator(f"{RIVER}, {CHART}, .unroll-verdict").count() == 0
    page.focus(SLIDER)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('.unroll-question').textContent.includes('0.61')"
    )
    page.get_by_text("vanish", exact=True).click()
    page.get_by_label("never").check(force=True)
    page.get_by_role("button", name="Reveal").click()
    page.wait_for_selector(".unroll-score")
    settled(page)
    assert "You said never" in page.locator(".unroll-score").inner_text()
    page.focus(SLIDER)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".unroll-question")
    page.wait_for_selector(RIVER, state="detached")
    assert page.locator(f"{CHART}, .unroll-verdict, .unroll-score").count() == 0
    assert gain(page) == 0.62
    assert console_errors == []


# -- every page, on paper and in files


def saves_its_picture(page, name):
    """As an SVG that stands alone, and as a PNG."""
    with page.expect_download() as saved:
        page.click(".unroll-save button:has-text('SVG')")
    assert saved.value.suggested_filename == f"{name}.svg"
    text = saved.value.path().read_text()
    root = ElementTree.fromstring(text)
    words = " ".join("".join(node.itertext()) for node in root.iter() if node.tag.endswith("text"))
    assert root.tag.endswith("svg") and len(words) > 40
    drawn = re.sub(r'"data:[^"]*"', "", text)  # a canvas stands in it as an image
    assert "var(" not in drawn and "NaN" not in drawn
    with page.expect_download() as saved:
        page.click(".unroll-save button:has-text('PNG')")
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def fits_the_room(page):
    """Nothing but verdict, picture, chart and sliders, on one screen."""
    for width, height in ((1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(350)
        sizes = page.evaluate(
            """() => { const m = document.querySelector(".stMain");
               return [document.documentElement.scrollWidth, m.scrollWidth, m.scrollHeight]; }"""
        )
        assert sizes[0] <= width and sizes[1] <= width and sizes[2] <= height, sizes
        assert not page.locator("header.stAppHeader").is_visible()
        bottoms = page.evaluate(
            """() => [...document.querySelectorAll("[class*=st-key-stage] :is(.unroll-chart, "
                 + ".unroll-neuron, .unroll-panels, .unroll-cliff)")]
                 .filter((n) => n.getClientRects().length)
                 .map((n) => n.getBoundingClientRect().bottom)"""
        )
        foot = page.locator(".st-key-first_sliders").bounding_box()["y"]
        assert bottoms and max(bottoms) <= foot + 1


def fits_the_paper(page, setting):
    """The settings, the link as a code, and whole charts, dark on white, and nothing to press; on
    two sheets at most, since nothing is kept whole that would leave half a sheet empty."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found = page.evaluate(
        """() => {
          const seen = (n) => n.getClientRects().length > 0;
          const all = (s) => [...document.querySelectorAll(s)].filter(seen);
          return {
            head: document.querySelector(".unroll-paper").innerText,
            code: document.querySelector(".unroll-paper svg path").getAttribute("d").length,
            pressed: all(".stMain button:not(.legend button), header.stAppHeader, .stMain input, "
              + ".unroll-slider").map((n) => n.className + n.textContent),
            right: all(".unroll-chart .main-svg").map((n) => n.getBoundingClientRect().right),
            edge: document.body.getBoundingClientRect().right,
            ground: getComputedStyle(document.querySelector(".stApp")).backgroundColor,
            ink: all(".unroll-chart .plot").map((n) => n.layout.font.color),
          };
        }"""
    )
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.url in found["head"] and setting in found["head"]
    assert found["code"] > 1000
    assert found["pressed"] == []
    assert found["right"] and max(found["right"]) <= found["edge"] + 1
    assert found["ground"] == "rgb(255, 255, 255)"
    assert set(found["ink"]) == {"#1f2430"}
    page.wait_for_function("!document.documentElement.hasAttribute('data-printing')")
    assert page.locator("header.stAppHeader").is_visible()
    assert 1 <= page.pdf(format="Letter").count(b"/Type /Page\n") <= 2
    page.wait_for_function("!document.documentElement.hasAttribute('data-printing')")


def without_buttons(page):
    """Charts and pictures that cannot be saved."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
            ".unroll-chart, .unroll-river, .unroll-neuron, .unroll-panels, .unroll-cliff")]
          .filter((n) => ["PNG", "SVG"].some((word) =>
            ![...n.querySelectorAll("button")].some((b) => b.textContent === word)))
          .map((n) => n.dataset.key)"""
    )


@pytest.mark.parametrize(
    ("path", "setting", "picture"),
    [
        ("", "W_h scale: 1.00", "river"),
        ("one_neuron", "w_h: 0.50", "neuron"),
        ("initialisation", "seed: 7", "panels"),
        ("architectures", "a sum through φ: vanilla RNN, residual RNN", None),
        ("clipping", "clipping threshold: 0.3", "cliff"),
        ("training", "learning rate: 0.003", None),
    ],
)
def test_every_page_fits_the_room_and_the_paper_and_saves_its_pictures(
    page, app_url, path, setting, picture
):
    page.emulate_media(color_scheme="dark")
    open_any(page, app_url, path)
    assert without_buttons(page) == []
    if picture:
        saves_its_picture(page, picture)
    fits_the_paper(page, setting)
    page.keyboard.press("p")
    page.wait_for_function("document.documentElement.hasAttribute('data-present')")
    fits_the_room(page)


def test_a_page_in_a_frame_stays_one_and_says_how_to_share(page, app_url, console_errors):
    """`embed=true` outlives a move; the link that is shared opens the page by itself."""
    page.goto(f"{app_url}/_stcore/health")  # a page of the same host, around the frame
    page.set_content(
        f"<iframe src='{app_url}/?embed=true&gain=0.7' width=1300 height=700></iframe>"
    )
    frame = page.frame_locator("iframe")
    frame.locator(SLIDER).focus()
    inside = page.frames[1]
    inside.wait_for_function("location.search.includes('gain=0.7&')")
    page.keyboard.press("ArrowRight")
    inside.wait_for_function("location.search.includes('gain=0.71')")
    assert parse_qs(urlsplit(inside.url).query)["embed"] == ["true"]
    frame.locator(SHARE).click()
    assert "press Ctrl+C" in frame.locator(".unroll-share .framed").inner_text()
    link = frame.locator(".unroll-share input.link").input_value()
    assert "gain=0.71" in link and "embed" not in link
    page.goto(f"{app_url}/?gain=0.7")
    page.locator(SHARE).click()
    assert page.locator(".unroll-share .framed").is_hidden()

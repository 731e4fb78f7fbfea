"""The page "Initialisation and activation" in a real browser: what AppTest cannot see."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from rnn_core import RNNConfig, gradient_flow
from tests.browser.test_widths import resize
from tests.tools.in_browser import (
    Lead,
    assert_no_sideways_scroll,
    assert_on_first_screen,
    complete,
    drag,
    go_to,
    in_place,
    query,
    slider,
)

SLIDER = slider("gain")
PANELS = ".unroll-panels"
HISTOGRAM = ".unroll-chart[data-key=preactivation]"
CONFIG = RNNConfig(batch_size=8)
LEAD = Lead(PANELS, HISTOGRAM)
settled, stamp, moved = LEAD.settled, LEAD.stamp, LEAD.moved


def open_page(page, url, query=""):
    """In the words of the field, as the texts here are."""
    page.goto(f"{url}/initialisation?{query}&words=full")
    settled(page)
    complete(page)


def come_by_the_menu(page, url, query=""):
    """As a reader does; the settings of the main page come along."""
    page.goto(f"{url}/?{query}")
    page.wait_for_selector(".unroll-verdict")
    go_to(page, "initialisation")
    settled(page)


def curves(page):
    return page.eval_on_selector_all(
        f"{PANELS} .up-curve", "all => all.map((c) => c.getAttribute('d'))"
    )


def panel(page, init, activation):
    return page.locator(f"{PANELS} a[aria-label^='{init} × {activation}:']")


def test_the_page_loads_without_an_error_and_shows_it_all_at_once(page, app_url, console_errors):
    """And the pointer reads one step in every panel."""
    open_page(page, app_url)
    assert len(curves(page)) == 40 and all(curves(page))
    assert_on_first_screen(page, SLIDER, ".unroll-says", PANELS, ".st-key-view_inits")
    # Every text of a panel has room.
    cut = page.eval_on_selector_all(
        f"{PANELS} .up-strip b",
        "all => all.filter((b) => b.scrollWidth > b.clientWidth + 1).length",
    )
    assert cut == 0
    box = panel(page, "orthogonal", "tanh").bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 30)
    strip = panel(page, "orthogonal", "tanh").locator(".up-strip span")
    flow = gradient_flow(CONFIG)
    mantissa = f"{10 ** (flow.log10_ratio % 1):.1f}"
    assert strip.inner_text().startswith(mantissa)
    assert page.locator(f"{PANELS} .up-legend").inner_text().startswith("Step 1, 59 before")
    page.mouse.move(5, 5)
    assert strip.inner_text() == f"{flow.horizon} back"
    assert console_errors == []


def test_the_total_of_all_losses_is_a_second_line_where_there_is_one(page, app_url):
    totals = f"{PANELS} .up-total"
    for query_, drawn in (("loss_at=every", 40), ("loss_at=last", 0)):
        open_page(page, app_url, query_)
        paths = page.eval_on_selector_all(totals, "all => all.map((c) => c.getAttribute('d'))")
        assert sum(map(bool, paths)) == drawn
        assert len(curves(page)) == 40 and all(curves(page))


def test_a_drag_moves_every_curve_while_the_pointer_is_down(page, app_url, console_errors):
    open_page(page, app_url, "gain=0.5")
    page.evaluate(
        """(selector) => {
          window.seen = new Set(); window.heights = new Set();
          const node = document.querySelector(selector); node.marked = true;
          new MutationObserver(() => {
            const all = [...node.querySelectorAll(".up-curve")].map((c) => c.getAttribute("d"));
            window.seen.add(all.join());
            window.heights.add(document.querySelector(".stMain").scrollHeight);
          }).observe(node, { attributes: true, attributeFilter: ["data-stamp"] });
        }""",
        PANELS,
    )
    before = curves(page)
    drag(page, SLIDER, 1 / 6, 1 / 64, steps=32, rest=80, until="seen.size >= 3")
    seen, heights = page.evaluate("[seen.size, heights.size]")
    held = page.eval_on_selector(SLIDER, "e => Number(e.value)")
    after = curves(page)
    page.mouse.up()
    settled(page)
    assert seen >= 3 and heights == 1
    assert all(a != b for a, b in zip(after, before, strict=True))
    assert float(query(page)["gain"]) == held
    assert in_place(page, PANELS)
    assert console_errors == []


def test_a_click_opens_the_very_curve_on_the_main_page_and_the_grid_is_kept(
    page, app_url, console_errors
):
    come_by_the_menu(page, app_url, "gain=0.9&activations=tanh,relu,sigmoid&words=full")
    config = replace(CONFIG, gain=0.9, init="sparse", activation="relu")
    flow = gradient_flow(config)
    panel(page, "sparse", "ReLU").click(position={"x": 40, "y": 30})
    page.wait_for_function(
        "document.querySelector('.unroll-address')?.dataset.query === location.search.slice(1)"
        " && location.search.includes('init=sparse') && !location.pathname.includes('init')"
    )
    expected = {"init": "sparse", "activation": "relu", "gain": "0.9", "batch_size": "8"}
    assert expected.items() <= query(page).items()
    assert f"×{flow.factor:.2f}" in page.inner_text(".unroll-verdict")
    go_to(page, "initialisation")
    settled(page)
    page.wait_for_timeout(500)  # a stale "open" would lead away again
    assert len(curves(page)) == 24
    assert console_errors == []


def test_the_keyboard_walks_the_panels_shows_and_opens(page, app_url, console_errors):
    open_page(page, app_url)
    assert page.locator(f"{PANELS} .up-panel[tabindex='0']").count() == 1
    page.locator(f"{PANELS} .up-panel[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    label = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(label).startswith("identity × ReLU: fading")
    before = stamp(page)
    page.keyboard.press(" ")
    moved(page, before)
    assert page.inner_text(f"{HISTOGRAM} .title").startswith("Where z lies on φ: identity × ReLU")
    assert page.evaluate(label).startswith("identity × ReLU")
    page.keyboard.press("Enter")
    page.wait_for_selector(".unroll-verdict")
    page.wait_for_function("location.search.includes('init=identity')")
    assert console_errors == []


def test_the_small_button_shows_a_histogram_and_the_select_boxes_follow(
    page, app_url, console_errors
):
    page.emulate_media(reduced_motion="reduce")  # the page jumps to the histogram at once
    open_page(page, app_url)
    before = stamp(page)
    panel(page, "Gaussian", "sigmoid").hover()
    page.get_by_role("button", name="Show where z lies: Gaussian, sigmoid").click()
    moved(page, before)
    assert "Gaussian × sigmoid" in page.inner_text(f"{HISTOGRAM} .title")
    page.wait_for_function(
        "document.querySelector('[class*=st-key-view_shown_activation] input').value === 'sigmoid'"
    )
    assert "shown_activation=sigmoid" in page.url
    before = stamp(page)
    page.locator("[class*=st-key-view_shown_init]").get_by_role("combobox").click()
    page.get_by_role("option", name="sparse").click()
    moved(page, before)
    marked = page.locator(f"{PANELS} .up-selected .up-panel")
    assert marked.count() == 1
    assert marked.get_attribute("aria-label").startswith("sparse × sigmoid")
    assert console_errors == []


def test_a_panel_is_a_link_that_opens_in_a_new_tab_too(page, app_url):
    open_page(page, app_url, "gain=0.7")
    with page.context.expect_page() as opened:
        panel(page, "identity", "sigmoid").click(modifiers=["Control"])
    other = opened.value
    other.wait_for_selector(".unroll-verdict")
    assert urlsplit(other.url).path == "/"
    assert {"init": "identity", "activation": "sigmoid"}.items() <= query(other).items()
    flow = gradient_flow(replace(CONFIG, gain=0.7, init="identity", activation="sigmoid"))
    assert f"{flow.horizon} of 60" in other.inner_text(".unroll-verdict")
    assert len(curves(page)) == 40


def test_a_copied_link_reopens_exactly_this(page, app_url):
    open_page(page, app_url, "gain=1.3&inits=orthogonal,sparse&seed=3")
    other = page.context.new_page()  # the settings of a session are its tab's
    other.goto(page.url)
    settled(other)
    assert stamp(other) == stamp(page) and curves(other) == curves(page)


@pytest.mark.alone
def test_leaving_the_main_page_at_once_leaves_no_chart_to_wait_for(page, app_url):
    """plotly.js may arrive when its chart is gone; sliders must not wait for that chart."""
    page.goto(app_url)
    go_to(page, "initialisation")
    settled(page)
    page.focus(SLIDER)
    for _ in range(3):
        before = stamp(page)
        page.keyboard.press("ArrowRight")
        LEAD.changed(page, before, timeout=1500)  # a lost answer takes 2 s


def test_a_phone_has_no_sideways_scroll_and_a_tap_selects_before_it_opens(browser, app_url):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    open_page(page, app_url)
    for width in (390, 320):
        resize(page, width, 844)
        assert_no_sideways_scroll(page)
    before = stamp(page)
    panel(page, "identity", "tanh").tap()
    moved(page, before)
    assert "identity × tanh" in page.inner_text(f"{HISTOGRAM} .title")
    assert "/initialisation" in page.url
    panel(page, "identity", "tanh").tap()
    page.wait_for_function("location.search.includes('init=identity')")
    page.wait_for_selector(".unroll-verdict")
    context.close()

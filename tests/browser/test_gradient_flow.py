"""The page in a real browser: what AppTest cannot see."""

import re

import pytest

from rnn_core import RNNConfig, gradient_flow
from tests.browser.test_widths import resize
from tests.tools.first_page import CHART, RIVER, SLIDER, gain, moved, open_page, settled, stamp
from tests.tools.in_browser import (
    TALL,
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
from ui.gradient_flow.scenes import SCENES
from ui.look.colours import KIND_INKS

FOLLOWERS = (
    "derivative_map",
    "eigenvalues",
    "teaching",
    "shares",
    "felt",
    "longer_memory",
    "memory_norms",
    "singular_values",
    "trajectories",
    "distances",
)


def verdict(page):
    return page.get_attribute(".unroll-verdict", "data-kind")


def lines(page):
    """Every line of the main chart as it is drawn."""
    return page.eval_on_selector_all(
        f"{CHART} .scatterlayer path", "paths => paths.map((p) => p.getAttribute('d'))"
    )


def test_the_first_screen_has_all_that_matters_and_a_phones_the_sliders(page, app_url):
    open_page(page, app_url)
    sliders = (SLIDER, slider("seq_len"))
    places = [*sliders, ".unroll-verdict", RIVER, f"{CHART} .plot"]
    assert_on_first_screen(page, *places, ".st-key-view_activation", ".st-key-view_init")
    for width in (390, 320):
        resize(page, width, 844)
        assert_no_sideways_scroll(page)
        assert_on_first_screen(page, *sliders)
        for selector in sliders:
            box = page.locator(selector).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_a_verdict_is_whole_however_much_it_says(page, app_url):
    open_page(
        page, app_url, "?loss_at=every&gain=0.5&init=non_normal&activation=linear&seq_len=200"
    )
    for width in (390, 768, 1024, 1366):
        resize(page, width, 844)
        river = page.locator(RIVER).bounding_box()["y"]
        last = page.locator(".unroll-verdict p").last.bounding_box()
        if width > 640:
            box = page.locator(".unroll-verdict").bounding_box()
            assert last["y"] + last["height"] <= box["y"] + box["height"] + 1
        else:  # on a phone the sentences come after the pictures
            box = page.locator(".unroll-verdict .line").bounding_box()
            assert last["y"] > river
        assert box["y"] + box["height"] <= river + 1
        assert_no_sideways_scroll(page)


def test_the_word_has_the_ink_of_its_background(page, app_url):
    open_page(page, app_url, "?seq_len=10&gain=0.5&init=orthogonal&input_scale=0.05")
    assert verdict(page) == "fading"
    for scheme, ink in zip(("light", "dark"), KIND_INKS["fading"], strict=True):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "rgb => getComputedStyle(document.querySelector('.unroll-verdict h1')).color === rgb",
            arg=f"rgb({', '.join(str(int(ink[i : i + 2], 16)) for i in (1, 3, 5))})",
        )


def test_keys_move_slider_picture_chart_and_verdict(page, app_url, console_errors):
    """And leave no trail in the history."""
    open_page(page, app_url)
    before, drawn, length = stamp(page), lines(page), page.evaluate("history.length")
    page.focus(SLIDER)
    page.keyboard.press("ArrowRight")
    moved(page, before)
    assert gain(page) == 1.01
    assert lines(page) != drawn
    before = stamp(page)
    page.keyboard.press("Home")
    moved(page, before)
    assert gain(page) == 0.0 and verdict(page) == "vanishing"
    before = stamp(page)
    page.keyboard.press("End")
    moved(page, before)
    assert gain(page) == 3.0 and verdict(page) == "exploding"
    assert page.get_attribute(RIVER, "data-stamp") == stamp(page)
    assert page.evaluate("history.length") == length
    assert console_errors == []


def test_a_drag_redraws_while_the_pointer_is_still_down(page, app_url, console_errors):
    open_page(page, app_url)
    watch(page, CHART, RIVER)
    page.evaluate(
        """() => {
          window.heights = new Set(); window.leads = new Set();
          const note = () => {
            window.heights.add(document.querySelector(".stMain").scrollHeight);
            window.leads.add(document.querySelector(".st-key-lead").offsetHeight);
            requestAnimationFrame(note);
          };
          note();
        }"""
    )
    drag(page, SLIDER, 1 / 3, 1 / 64, steps=32, rest=80, until=all_seen(3))
    during, heights = seen(page), page.evaluate("heights.size")
    late = page.evaluate("document.querySelectorAll('[data-late] > .unroll-chart').length")
    held = gain(page)
    page.mouse.up()
    settled(page)
    assert min(during) >= 3
    assert late in (0, len(FOLLOWERS))  # what still shows the state before says so, all or none
    assert page.locator("[data-late] > .unroll-chart").count() == 0
    # The last value wins, the nodes are the same ones, and nothing has jumped.
    assert gain(page) == held
    assert float(query(page)["gain"]) == held
    assert in_place(page, CHART) and in_place(page, RIVER)
    # Nor do the sliders, the picture and what stands beside them, when all has followed.
    assert heights == 1 and page.evaluate("leads.size") == 1
    assert console_errors == []


def test_a_zoom_survives_a_slider_move(page, app_url):
    open_page(page, app_url)
    box = page.locator(f"{CHART} .plot").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    read = f"document.querySelector('{CHART} .js-plotly-plot').layout.xaxis.range.map(Number)"
    page.wait_for_function(f"{read}[0] > 20")
    zoomed = page.evaluate(read)
    before = stamp(page)
    page.focus(SLIDER)
    page.keyboard.press("ArrowLeft")
    moved(page, before)
    assert page.evaluate(read) == pytest.approx(zoomed)


def test_a_copied_link_reopens_exactly_this(page, app_url):
    open_page(page, f"{app_url}/?gain=0.83&init=gaussian&seed=11&seq_len=37&step=12")
    page.focus(SLIDER)
    before = stamp(page)
    page.keyboard.press("ArrowRight")
    moved(page, before)
    link = page.url
    other = page.context.new_page()  # the settings of a session are its tab's
    open_page(other, link)
    assert stamp(other) == stamp(page)
    assert gain(other) == gain(page) == 0.84
    # Drawn in one go there, and here by putting new numbers into the old chart.
    assert lines(other) == lines(page)
    assert query(page)["step"] == "12"


def test_every_scene_sets_the_controls_and_the_verdict(page, app_url, console_errors):
    open_page(page, app_url)
    for scene in SCENES.values():
        before = stamp(page)
        page.get_by_role("button", name=scene.label, exact=True).click()
        moved(page, before)
        assert gain(page) == scene.changes["gain"]
        assert verdict(page) == gradient_flow(RNNConfig(**scene.changes)).verdict
        assert page.locator(".unroll-look b").inner_text() == f"{scene.label}."
    assert console_errors == []


def test_a_remedy_moves_the_sliders_and_the_picture(page, app_url):
    open_page(page, f"{app_url}/?init=gaussian&gain=0.6")
    before = stamp(page)
    page.get_by_role("button", name="Apply").first.click()
    moved(page, before)
    assert gain(page) != 0.6 and verdict(page) == "flowing"


def test_a_selected_step_is_marked_in_every_chart_with_a_time_axis(page, app_url):
    page.set_viewport_size(TALL)
    open_page(page, f"{app_url}/?words=full")
    page.focus(RIVER + " [tabindex='0']")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('step=')")
    settled(page)
    marks = page.evaluate(
        """() => [...document.querySelectorAll(".unroll-chart")].map((c) =>
             [c.dataset.key,
              [...c.querySelectorAll(".mark")].some((m) => m.offsetParent !== null)])"""
    )
    assert dict(marks) == {
        "gradient_norms": True,
        "derivative_map": True,
        "teaching": True,
        "shares": True,
        "memory_norms": True,
        "distances": True,
        "eigenvalues": False,
        "felt": False,
        "longer_memory": False,
        "singular_values": False,
        "trajectories": False,
    }
    # A chart without a time axis shows the eigenvalues of that step's Jacobian instead.
    names = page.eval_on_selector(
        ".unroll-chart[data-key=eigenvalues] .js-plotly-plot",
        "plot => plot.data.map((t) => t.name)",
    )
    assert any("J<sub>t</sub> at step" in name for name in names)


@pytest.mark.parametrize("loss_at", ["last", "every"])
def test_the_step_through_prints_the_numbers_of_the_result(page, app_url, loss_at):
    """Of what the last loss sends back; the other losses stand by, faint."""
    config = RNNConfig(seq_len=6, batch_size=1, hidden_size=8, loss_at=loss_at)
    open_page(page, f"{app_url}/?seq_len=6&batch_size=1&hidden_size=8&loss_at={loss_at}&words=full")
    flow = gradient_flow(config).last_alone
    faint = page.locator(f"{RIVER} .ur-losses g[opacity='0.4']")
    assert faint.count() == (5 if loss_at == "every" else 0)
    assert page.locator(f"{RIVER} .ur-losses > g").count() == faint.count() + 1
    page.locator(f"{RIVER} .ur-button-loss").click()
    page.locator(f"{RIVER} .ur-button-back").click()  # from step 6 to step 5: one Jacobian
    text = page.locator(f"{RIVER} .ur-equation").inner_text()
    for log10 in (
        flow.log10_activation[5, 0],
        flow.log10_recurrence[5, 0],
        flow.log10_norms[4, 0],
    ):
        assert f"{10**log10:.3g}" in text, text
    assert "own loss" not in text
    page.locator(f"{RIVER} .ur-button-loss").click()
    start = page.locator(f"{RIVER} .ur-equation").inner_text()
    assert ("∂LT/∂h6" if loss_at == "every" else "∂L/∂h6") in re.sub(r"\s", "", start), start


def test_a_mistyped_link_says_what_it_changed(page, app_url, console_errors):
    open_page(page, f"{app_url}/?gain=40&activation=tanhh&seq_len=x")
    warning = page.get_by_role("alert")
    assert "from 0 to 3" in warning.inner_text() and "tanhh" in warning.inner_text()
    assert gain(page) == 3.0
    assert console_errors == []


def test_no_error_is_ever_shown_however_fast_one_clicks(page, app_url, console_errors):
    open_page(page, app_url)
    page.evaluate(
        """() => { window.shown = [];
          new MutationObserver(() => document.querySelectorAll("[data-testid=stException]")
            .forEach((e) => window.shown.push(e.textContent)))
            .observe(document.body, { childList: true, subtree: true }); }"""
    )
    labels = [scene.label for scene in SCENES.values() if scene.changes["seq_len"] < 1000]
    for turn in range(24):
        page.get_by_role("button", name=labels[turn % len(labels)], exact=True).click()
        page.focus(SLIDER)
        page.keyboard.press("ArrowLeft" if turn % 3 else "PageUp")
        page.wait_for_timeout((0, 20, 60, 150)[turn % 4])
    page.wait_for_timeout(500)
    settled(page)
    assert page.evaluate("window.shown") == []
    assert console_errors == []


def test_every_cell_shows_its_own_letters_and_controls(page, app_url, console_errors):
    open_page(page, app_url, "?cell=lstm&seq_len=8&laws=lstm_shortcut&words=full")
    names = page.locator(RIVER + " .ur-names").text_content()
    assert "∂L/∂s" in names
    assert page.locator(".unroll-slider[data-key=forget_bias]").count() == 1
    assert page.locator(".unroll-chart[data-key=gate_map]").count() == 1
    page.click(RIVER + " .ur-button-play")
    page.wait_for_function(
        "s => document.querySelector(s).textContent.includes('J')", arg=RIVER + " .ur-equation"
    )
    assert console_errors == []

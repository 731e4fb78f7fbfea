"""The page "Architectures" in a real browser: every curve follows the pointer, a click reads."""

from contextlib import contextmanager

from rnn_core import RNNConfig
from rnn_core.numbers.spoken import from_log10
from rnn_core.studies.architectures import compare_cells
from tests.browser.test_widths import resize
from tests.tools.in_browser import (
    TALL,
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
from ui.look.typeset import lettered

CHART = ".unroll-chart[data-key=architectures]"
SLIDER = slider("gain")
READ = slider("read_step")
LEAVE_ALONE = ("linear recurrent unit", "attention: one hop")  # they have no W_h
LEAD = Lead(CHART)
settled, stamp, moved = LEAD.settled, LEAD.stamp, LEAD.moved


def open_page(page, url, query=""):
    """In full words: `expected` writes numbers as they do."""
    page.goto(f"{url}/architectures?{query}&words=full")
    page.wait_for_selector(f"{CHART} .js-plotly-plot")
    settled(page)


def ends(page):
    """The first point of each cell's line, as drawn."""
    return page.eval_on_selector(
        f"{CHART} .js-plotly-plot",
        """plot => Object.fromEntries(plot.data
             .filter((t) => !t.fill && t.mode !== "text").map((t) => [t.name, t.y[0]]))""",
    )


def read_out(page):
    """The table's first number of each cell, and the step it is of."""
    step = int(page.get_attribute(".unroll-cells", "data-step"))
    cells = page.eval_on_selector_all(
        ".unroll-cells tr[data-cell]",
        "rows => rows.map((r) => [r.dataset.cell, r.querySelector('td').innerHTML])",
    )
    return step, dict(cells)


def expected(step, **settings):
    """What the table must say at `step`, with the page's default cells."""
    names = ("vanilla", "residual", "gru", "lstm", "lru", "attention")
    found = compare_cells(RNNConfig(batch_size=8, **settings), names, 5)
    return {c.cell: lettered(from_log10(float(c.spread.median[step - 1]))) for c in found.cells}


def test_the_first_screen_has_chart_cells_sliders_and_sentence(page, app_url, console_errors):
    open_page(page, app_url)
    places = [SLIDER, ".unroll-slider[data-key=seq_len]", ".unroll-best h1", ".unroll-best p"]
    places += [f"{CHART} .plot", ".st-key-view_cells", READ, ".unroll-cells tbody tr:nth-child(3)"]
    assert_on_first_screen(page, *places)
    assert console_errors == []


def test_a_drag_moves_every_curve_while_the_pointer_is_down(page, app_url, console_errors):
    open_page(page, app_url)
    before, length = ends(page), page.evaluate("history.length")
    watch(page, CHART)
    drag(page, SLIDER, 1 / 3, 1 / 48, steps=24, rest=80, until=all_seen(3))
    (during,) = seen(page)
    now = ends(page)
    page.mouse.up()
    settled(page)
    assert during >= 3  # how many a second, benchmarks.app.latency says
    assert sorted(now) == sorted(before)
    for name, value in before.items():
        assert (now[name] == value) == (name in LEAVE_ALONE), name
    assert in_place(page, CHART)
    assert page.evaluate("history.length") == length
    gain = page.eval_on_selector(SLIDER, "e => Number(e.value)")
    assert read_out(page) == (1, expected(1, gain=gain))
    assert console_errors == []


def test_a_click_selects_the_step_that_the_table_reads(page, app_url, console_errors):
    page.set_viewport_size(TALL)
    open_page(page, app_url)
    assert read_out(page) == (1, expected(1))
    box = page.locator(f"{CHART} .nsewdrag").first.bounding_box()
    x = box["x"] + box["width"] * (30 - 0.5) / 60  # step 30 of 1 … 60 on [0.5, 60.5]
    page.mouse.click(x, box["y"] + box["height"] / 2)
    page.wait_for_selector(".unroll-cells[data-step='30']")
    settled(page)
    assert read_out(page) == (30, expected(30))
    assert page.eval_on_selector(READ, "e => Number(e.value)") == 30
    assert query(page)["step"] == "30"
    marks = page.evaluate(
        """() => [...document.querySelectorAll(".unroll-chart")].map((c) => [c.dataset.key,
             [...c.querySelectorAll(".mark")].some((m) => m.offsetParent !== null)])"""
    )
    assert dict(marks) == dict.fromkeys(("architectures", "paths", "gates_gru", "gates_lstm"), True)
    # The same step again lets go of it.
    page.mouse.click(x, box["y"] + box["height"] / 2)
    page.wait_for_selector(".unroll-cells[data-step='1']")
    settled(page)
    assert "step" not in query(page)
    assert console_errors == []


def test_the_keyboard_moves_the_shared_cursor(page, app_url, console_errors):
    open_page(page, app_url, "step=20")
    mark = f"{CHART} .mark.x"
    at = page.locator(mark).bounding_box()["x"]
    page.focus(READ)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".unroll-cells[data-step='21']")
    settled(page)
    assert read_out(page) == (21, expected(21))
    page.wait_for_function(
        "([m, x]) => document.querySelector(m).getBoundingClientRect().x > x", arg=[mark, at]
    )


def test_a_cell_switched_off_leaves_chart_table_and_its_slider(page, app_url, console_errors):
    open_page(page, app_url)
    before = stamp(page)
    page.get_by_role("button", name="LSTM", exact=True).click()
    moved(page, before)
    assert "LSTM" not in ends(page) and "lstm" not in read_out(page)[1]
    assert page.locator(".unroll-slider[data-key=forget_bias]").count() == 0
    assert page.locator(".unroll-chart[data-key=paths]").count() == 0
    assert page.locator(".unroll-chart[data-key=gates_gru]").count() == 1
    assert console_errors == []


def test_a_phone_has_no_sideways_scroll_and_the_sliders_at_hand(page, app_url):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, app_url, "hidden_size=16")
    for width in (390, 320):
        resize(page, width, 844)
        assert_no_sideways_scroll(page)
        assert_on_first_screen(page, SLIDER, slider("seq_len"))
        # What does not fit of the table scrolls inside it.
        assert page.eval_on_selector(".unroll-cells", "e => e.scrollWidth > e.clientWidth")


@contextmanager
def held_up(page, what):
    """Such requests of the page wait for the end of the block."""
    held, over = [], []

    def hold(route):
        (route.continue_ if over else lambda: held.append(route))()

    page.route(what, hold)
    yield
    over.append(True)
    for route in held:
        route.continue_()


def test_curves_that_are_older_than_the_settings_say_so_after_a_moment(page, app_url):
    """While the answer that leads is on its way; and where nothing is drawn yet, it is pale."""
    with held_up(page, "**/app/static/**/all.js"):
        page.goto(f"{app_url}/architectures")
        empty = page.locator(".st-key-live_architectures [data-testid=stBidiComponentRegular] > *")
        empty.wait_for()
        pale = "e => [getComputedStyle(e).backgroundColor, e.getBoundingClientRect().height]"
        colour, height = empty.evaluate(pale)
        assert colour != "rgba(0, 0, 0, 0)" and height > 200
    settled(page)
    late = f"""getComputedStyle(document.querySelector("{CHART} .title"), "::after").content
      .includes("catching up")"""
    with held_up(page, "**/live/**/first_screen*"):
        page.focus(SLIDER)
        page.keyboard.press("ArrowRight")
        page.wait_for_function(late)
    page.wait_for_function(f"!{late}")
    settled(page)

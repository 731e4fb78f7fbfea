"""The diagram of one neuron in a real browser: click, keys, sliders, step-through, phone."""

import pytest

from rnn_core.numbers import spoken
from rnn_core.studies.one_neuron import EXAMPLES, Neuron, one_neuron
from tests.tools.in_browser import (
    Lead,
    all_seen,
    assert_no_sideways_scroll,
    assert_on_first_screen,
    drag,
    go_to,
    in_place,
    query,
    seen,
    slider,
    watch,
)
from ui.one_neuron import figures

NEURON = ".unroll-neuron[data-key=neuron]"
SLIDER = slider("w_h")
LEAD = Lead(NEURON, ".unroll-chart:is([data-key=terms], [data-key=term_shares])", fewest=2)
settled, stamp, moved = LEAD.settled, LEAD.stamp, LEAD.moved


def open_page(page, url, query=""):
    page.goto(f"{url}/one_neuron?{query}")
    page.wait_for_selector(f"{NEURON} .un-on")
    settled(page)


def number(page, node):
    return page.locator(f"{NEURON} [data-id={node}] .un-number").text_content()


def equation(page):
    return page.locator(f"{NEURON} .un-equation").inner_text().replace("\n", "")


def shown(p, node):
    """The equation the diagram should show for a node, as the browser reads it out."""
    (html,) = (n["equation"] for n in figures.diagram(p, node)["nodes"] if n["id"] == node)
    for tag in ("<i>", "</i>", "<sub>", "</sub>"):
        html = html.replace(tag, "")
    return html


def test_a_click_on_any_number_shows_its_equation_and_marks_what_it_is_made_of(
    page, app_url, console_errors
):
    open_page(page, app_url)
    p = one_neuron(Neuron(), "101")
    nodes = figures.diagram(p, "y")["nodes"]
    for node in nodes:
        page.locator(f"{NEURON} [data-id={node['id']}]").click()
        assert equation(page) == shown(p, node["id"])
        assert number(page, node["id"]) == node["text"]
        used = page.eval_on_selector_all(
            f"{NEURON} .un-used", "all => all.map((g) => g.dataset.id)"
        )
        assert sorted(used) == sorted(node["uses"])
    page.wait_for_function(f"location.search.includes('node={nodes[-1]['id']}')")
    assert console_errors == []


def test_a_link_opens_at_its_node(page, app_url):
    open_page(page, app_url, "bits=1101&node=g2&w_h=-1.5")
    assert page.get_attribute(NEURON, "data-selected") == "g2"
    assert equation(page) == shown(one_neuron(Neuron(w_h=-1.5), "1101"), "g2")


def test_a_drag_moves_every_number_while_the_pointer_is_down(page, app_url, console_errors):
    open_page(page, app_url)
    watch(page, NEURON)
    drag(page, SLIDER, 1 / 2, 1 / 60, steps=24, until=all_seen(8))
    (during,) = seen(page)
    page.mouse.up()
    settled(page)
    assert during >= 8
    p = one_neuron(Neuron(w_h=float(query(page)["w_h"])), "101")
    assert p.neuron.w_h > 2
    for t in (1, 2, 3):
        assert number(page, f"h{t}") == spoken.number(p.h[t - 1])
        assert number(page, f"d{t}") == spoken.number(p.delta[t - 1])
    assert in_place(page, NEURON)
    assert page.locator("[data-late] > .unroll-chart").count() == 0
    assert console_errors == []


def test_the_step_through_is_bptt_one_multiplication_at_a_time(page, app_url, console_errors):
    open_page(page, app_url, "bits=111&w_h=0.9&node=y")
    p = one_neuron(Neuron(w_h=0.9), "111")
    order = figures.order(3)
    for at, node in enumerate(order):
        page.locator(f"{NEURON} .un-button-back").click()
        assert page.get_attribute(NEURON, "data-selected") == node
        assert equation(page) == shown(p, node)
        waiting = page.eval_on_selector_all(
            f"{NEURON} .un-node.un-waiting", "all => all.map((g) => g.dataset.id)"
        )
        assert sorted(waiting) == sorted(order[at + 1 :])
    assert page.locator(f"{NEURON} .un-button-back").is_disabled()
    page.locator(f"{NEURON} .un-button-forward").click()
    assert page.get_attribute(NEURON, "data-selected") == order[-2]
    page.locator(f"{NEURON} .un-button-all").click()
    assert page.locator(f"{NEURON} .un-waiting").count() == 0
    page.locator(f"{NEURON} .un-button-play").click()
    page.wait_for_function(
        "(s) => document.querySelector(s).dataset.selected === 'dy'", arg=NEURON, timeout=6000
    )
    page.locator(f"{NEURON} .un-button-play").click()
    held = page.get_attribute(NEURON, "data-selected")
    page.wait_for_timeout(2000)
    assert page.get_attribute(NEURON, "data-selected") == held
    assert console_errors == []


def test_keys_walk_over_the_numbers(page, app_url):
    open_page(page, app_url, "bits=101&node=h1")
    page.locator(f"{NEURON} [data-id=h1]").focus()
    for key, node in (
        ("ArrowRight", "h2"),
        ("ArrowUp", "z2"),
        ("ArrowUp", "x2"),
        ("ArrowDown", "z2"),
        ("End", "L"),
        ("ArrowDown", "y"),
        ("ArrowDown", "dy"),
        ("ArrowLeft", "d3"),
        ("Home", "d1"),
        ("ArrowDown", "phi1"),
        ("ArrowDown", "g1"),
        ("ArrowLeft", "g1"),
    ):
        page.keyboard.press(key)
        assert page.get_attribute(NEURON, "data-selected") == node, key
        assert page.evaluate("document.activeElement.dataset.id") == node
    label = page.get_attribute(f"{NEURON} [data-id=g1]", "aria-label")
    assert spoken.number(one_neuron(Neuron(), "101").dz[0], 4) in label
    assert page.locator(f"{NEURON} [tabindex='0']").count() == 1


def test_a_click_in_a_chart_selects_that_step_in_the_diagram(page, app_url):
    open_page(page, app_url, "bits=1011&node=h1")
    chart = page.locator(".unroll-chart[data-key=term_shares] .plot")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + 64 + (box["width"] - 88) * 2.5 / 4, box["y"] + 40)
    page.wait_for_function("(s) => document.querySelector(s).dataset.selected === 'h3'", arg=NEURON)


def test_training_to_the_end_moves_the_sliders_and_can_be_watched(page, app_url, console_errors):
    open_page(page, app_url)
    before = stamp(page)
    page.get_by_role("button", name="Train to the end").click()
    moved(page, before)
    weights = {name: float(query(page)[name]) for name in ("w_in", "w_h", "w_out")}
    assert all(one_neuron(Neuron(**weights), bits).right for bits in EXAMPLES)
    assert page.get_attribute(".unroll-slider[data-key=update]", "data-value") == "96"
    page.get_by_role("button", name="Watch").click()
    read = "Number(document.querySelector('.unroll-slider[data-key=update]').dataset.value)"
    page.wait_for_function(f"{read} > 0 && {read} < 96")
    page.wait_for_function(f"{read} === 96")
    settled(page)
    assert float(query(page)["w_h"]) == weights["w_h"]
    assert console_errors == []


def test_the_first_screen_holds_diagram_equation_sliders_and_sentence(page, app_url):
    open_page(page, app_url, "bits=100101001011")
    places = [f"{NEURON} .un-stage", f"{NEURON} .un-equation", SLIDER, ".unroll-verdict h1"]
    places += [".st-key-choice_example", ".st-key-view_bits"]
    assert_on_first_screen(page, *places)
    # Twelve steps fit without scrolling, and no number is wider than its box.
    assert page.eval_on_selector(f"{NEURON} .un-scroller", "e => e.scrollWidth <= e.clientWidth")
    wide = page.eval_on_selector_all(
        f"{NEURON} .un-node",
        """all => all.filter((g) => g.querySelector("text").getBBox().width
             > g.querySelector(".un-body").getBBox().width).map((g) => g.dataset.id)""",
    )
    assert wide == []


@pytest.mark.parametrize("bits", ["101", "100101001011"])
def test_a_phone_scrolls_inside_the_frame_only(page, app_url, bits):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, app_url, f"bits={bits}")
    assert_no_sideways_scroll(page)
    assert_on_first_screen(page, SLIDER)
    page.locator(f"{NEURON} .un-button-loss").click()
    page.wait_for_timeout(200)
    place = page.locator(f"{NEURON} [data-id=L]").bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 390 + 1


def test_back_on_the_main_page_no_step_is_left_selected(page, app_url):
    open_page(page, app_url)
    page.locator(f"{NEURON} [data-id=g2]").click()
    settled(page)
    go_to(page, "gradient_flow")
    page.wait_for_selector(".unroll-river")
    page.wait_for_timeout(800)
    assert "step=" not in page.url
    assert page.locator(".unroll-river .ur-stage").get_attribute("aria-valuetext") == (
        "no step selected"
    )

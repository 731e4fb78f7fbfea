"""What static/live/core/internals.js expects of Streamlit's page and of Plotly's charts, name by
name; what is done without them is in tests/live/internals.test.js."""

from tests.tools.first_page import CHART, open_page

INTERNALS = """() => import(performance.getEntriesByType("resource")
  .find((entry) => entry.name.endsWith("/all.js")).name)
  .then((all) => all.$use("core/internals"))"""


SKELETON = ".stMainBlockContainer [data-testid=stSkeleton]"


def ask(page, question):
    """What `question`, of the module and a chart's plot, says."""
    return page.evaluate(
        f"""async (chart) => {{
          const internals = await ({INTERNALS})();
          const plot = document.querySelector(`${{chart}} .js-plotly-plot`);
          return ({question})(internals, plot);
        }}""",
        CHART,
    )


def test_the_parts_of_streamlits_page_are_there(page, app_url, console_errors):
    open_page(page, app_url)
    page.wait_for_function(f"() => !document.querySelector('{SKELETON}')")
    parts = ask(
        page,
        """({ STREAMLIT }) => Object.fromEntries(Object.entries(STREAMLIT)
          .map(([name, part]) => [name, document.querySelectorAll(part).length]))""",
    )
    assert parts.pop("menu") == parts.pop("skeleton") == 0
    assert [name for name, found in parts.items() if not found] == []
    box = "({ around }, plot) => [around(plot, 'box'), around(plot, 'page')].every(Boolean)"
    assert ask(page, box)
    state = "({ connection, STREAMLIT }) => connection(document.querySelector(STREAMLIT.app))"
    assert ask(page, state) == "CONNECTED"
    page.locator(
        '[class*="st-key-view_cell"] [role=combobox], [class*="st-key-view_cell"] input'
    ).first.click()
    page.wait_for_function(
        f"async () => document.querySelector((await ({INTERNALS})()).STREAMLIT.menu)"
    )
    assert console_errors == []


def test_what_stands_for_an_element_on_its_way_is_seen_as_such(second_tab, app_url):
    second_tab.add_init_script(
        f"""window.skeletons = 0;
        new MutationObserver(() => {{
          skeletons += document.querySelectorAll("{SKELETON}").length;
        }}).observe(document, {{ subtree: true, childList: true }});"""
    )
    open_page(second_tab, app_url)
    assert second_tab.evaluate("skeletons") > 0
    part = f"async () => (await ({INTERNALS})()).STREAMLIT.skeleton"
    assert second_tab.evaluate(part) == SKELETON


def test_a_chart_says_where_it_has_drawn_and_can_be_drawn_again(page, app_url):
    """The latter from what Plotly keeps."""
    open_page(page, app_url)
    offset, length, there_and_back, room, axes = ask(
        page,
        """({ axisOf, roomOf, axesOf }, plot) => {
          const axis = axisOf(plot, "x");
          return [axis.offset, axis.length, axis.number(axis.px(7)), roomOf(plot), axesOf(plot)];
        }""",
    )
    assert abs(there_and_back - 7) < 0.01  # pixels as Plotly rounds them
    assert (offset, length) == (room["l"], room["w"])
    assert {"xaxis", "yaxis"} <= set(axes)
    assert ask(page, "({ drawnBy }, plot) => drawnBy(plot) !== null")
    assert ask(
        page,
        """({ drawnBy }, plot) => {
          const drawn = drawnBy(plot);
          return drawn.full.every((trace) => Array.isArray(drawn.calculate(trace)))
            && (drawn.paint(), true);
        }""",
    )

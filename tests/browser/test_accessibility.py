"""What shuts somebody out: axe-core's rules, on every page, light and dark."""

from importlib.resources import files

import pytest

from tests.browser.test_widths import open_page
from ui.pages import PAGES

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()


# A plot is one picture with a text of its own; what it is drawn of are thousands of nodes.
RUN = """(only) => axe.run({ exclude: [[".main-svg"]] },
  { resultTypes: ["violations"], ...(only.length ? { runOnly: only } : {}) })"""


# Streamlit's own: the place to drop a file has a role that says nothing, and a name. Its button,
# which is what one reaches, has both.
NOT_OURS = ("presentation-role-conflict", "stFileUploaderDropzone")


def violations(page, *only):
    found = page.evaluate(RUN, list(only))["violations"]
    said = [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]]
    return [
        (rule, html) for rule, html in said if not (rule == NOT_OURS[0] and NOT_OURS[1] in html)
    ]


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_axe_finds_nothing_on_a_page_light_or_dark(page, app_url, entry):
    open_page(page, app_url, entry.path)
    page.evaluate(AXE)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(18, 21, 27)'"
    )
    # Nothing but colours has changed.
    assert violations(page, "color-contrast") == []

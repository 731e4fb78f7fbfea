"""What shuts somebody out: axe-core's rules, on every page, light and dark; and what is left of the
pages where a browser puts a few colours of its own in the place of ours."""

from contextlib import contextmanager
from importlib.resources import files
from io import BytesIO

import pytest
from PIL import Image

from tests.browser.test_widths import open_page
from tests.tools.settled import has_sheet
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


# What one aims at, and how large that is. A box or a switch is hit by its label; a sentence is not
# taken apart for a link or a term in it; and what a picture is drawn of has its own measure.
SMALL = """(least) => {
  const found = [];
  for (const node of document.querySelectorAll("button, a[href], input, textarea, summary, " +
      "label:has(input[type=checkbox]), [role=button], [role=slider]")) {
    const shown = node.checkVisibility({ visibilityProperty: true });
    if (!shown || node.matches("p a, dfn, label input, dialog:not([open]) *")) continue;
    const { width, height } = node.getBoundingClientRect();
    const wanted = (node.closest("svg") ? 24 : least) - 0.5;
    if (Math.max(width, height) > 1.5 && Math.min(width, height) < wanted) {
      const said = node.getAttribute("aria-label") ?? node.textContent;
      found.push(`${said.slice(0, 40)}: ${width.toFixed(0)} × ${height.toFixed(0)}`);
    }
  }
  return found;
}"""


@contextmanager
def as_on_a_phone(page):
    """Its screen, and a finger for a pointer."""
    devtools = page.context.new_cdp_session(page)
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    try:
        devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        devtools.send("Emulation.setDeviceMetricsOverride", phone)
        page.wait_for_function("matchMedia('(pointer: coarse)').matches && innerWidth === 390")
        yield
    finally:
        devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        devtools.detach()
        page.set_viewport_size({"width": 390, "height": 844})  # which overrides the phone's


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_axe_finds_nothing_on_a_page_light_or_dark_and_no_target_is_small(page, app_url, entry):
    """Nor, on a phone, too small for a finger."""
    open_page(page, app_url, entry.path)
    assert page.evaluate(SMALL, 24) == []
    page.evaluate(AXE)
    assert violations(page) == []
    # What is to be seen is in the name, for whoever speaks to the page. axe reads the parts of a
    # formula without the spaces between them, so the numbers of the diagram are asked themselves.
    unlike = violations(page, "label-content-name-mismatch")
    assert [(rule, node) for rule, node in unlike if "un-node" not in node] == []
    assert page.evaluate(
        """() => [...document.querySelectorAll(".un-node")].every((node) =>
          node.getAttribute("aria-label").startsWith(node.querySelector("text").textContent))"""
    )
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(18, 21, 27)'"
    )
    # Nothing but colours has changed.
    assert violations(page, "color-contrast") == []
    with as_on_a_phone(page):
        assert page.evaluate(SMALL, 44) == []
        if has_sheet(entry):
            page.get_by_role("button", name="Settings", exact=True).click()
            assert page.evaluate(SMALL, 44) == []
            page.keyboard.press("Escape")
        page.get_by_role("button", name="Share", exact=True).click()
        page.wait_for_selector(".unroll-dialog fieldset label")
        assert page.evaluate(SMALL, 44) == []


# Of what says something by a colour: where it stands (a CSS selector), and in which part of its
# box, in shares of it, something is to be seen.
TRACK = (0.02, 0.3, 0.08, 0.7)
PADDING = (0.05, 0.4, 0.08, 0.6)
WHOLE = (0, 0, 1, 1)
SWITCH = ".stCheckbox label{} > span + div"
SAID_BY_COLOUR = {
    "?step=20&laws=norm_bound": {
        ".unroll-slider input": TRACK,
        SWITCH.format(""): WHOLE,
        "[data-testid=stButtonGroup] [aria-pressed=true]": PADDING,
        ".ur-legend-river": WHOLE,
        "[data-key=gradient_norms] .mark.x": (0, 0.1, 1, 0.15),
    },
    "training": {
        "[data-testid=stButtonGroup] [aria-checked=true]": PADDING,
        ".unroll-progress .track": WHOLE,
    },
    "initialisation": {".up-selected .up-panel": (0.4, 0.4, 0.45, 0.45)},
    "architectures": {".unroll-cells i": WHOLE},
    "clipping?cliff_value=1": {
        ".uc-track": TRACK,
        SWITCH.format(":has(:checked)"): (0.2, 0.4, 0.3, 0.6),
        ".uc-mark": (0, -0.5, 1, 0.5),
    },
}


def colours(picture, box, share):
    """The colours of a part of a box on the screen."""
    left, top, right, bottom = share
    x, y, width, height = (box[name] for name in ("x", "y", "width", "height"))
    edges = (x + left * width, y + top * height, x + right * width, y + bottom * height)
    x0, y0, x1, y1 = map(round, edges)
    part = picture.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    return {colour for _, colour in part.getcolors(1_000_000)}


def screen(page):
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


@pytest.mark.parametrize("path", SAID_BY_COLOUR)
def test_forced_colours_leave_every_control_and_its_state_to_be_seen(page, app_url, path):
    page.emulate_media(forced_colors="active")
    open_page(page, app_url, path)
    picture = screen(page)
    ground = picture.getpixel((2, 400))
    for selector, share in SAID_BY_COLOUR[path].items():
        node = page.locator(selector).first
        assert colours(picture, node.bounding_box(), share) - {ground}, selector
    # What has the focus differs from how it looked before.
    slider = page.locator(".unroll-slider input").first
    before = screen(page)
    slider.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    box = slider.bounding_box()
    assert colours(before, box, (0, 0, 1, 0.03)) != colours(screen(page), box, (0, 0, 1, 0.03))

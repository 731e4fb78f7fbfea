"""The page Gradient flow in a browser: its parts by name."""

from tests.tools.in_browser import Lead, complete, slider

SLIDER = slider("gain")
CHART = ".unroll-chart[data-key=gradient_norms]"
RIVER = ".unroll-river[data-key=river]"
LEAD = Lead(CHART, ".unroll-river, .unroll-chart", fewest=6)
settled, stamp, moved = LEAD.settled, LEAD.stamp, LEAD.moved


def open_page(page, url, query=""):
    page.goto(f"{url}/{query}" if query else url)
    settled(page)
    complete(page)


def gain(page):
    return page.eval_on_selector(SLIDER, "e => Number(e.value)")

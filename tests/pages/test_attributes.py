"""Where no markup may stand, in tooltips and in what is read aloud, none stands."""

import re
from html.parser import HTMLParser

import pytest

from tests.tools.on_page import html, open_app, payloads
from ui.pages import PAGES

MARKUP = re.compile(r"</?[a-z]|&[a-z#0-9]+;|\*\*")
ATTRIBUTES = ("title", "aria-label", "alt")
# Of the payloads: what the browser side sets as such an attribute, or as text for screen readers.
FIELDS = ("alt", "help", "summary", "say", "label")


class Attributes(HTMLParser):
    """What the attributes of some HTML say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [said for name, said in attrs if name in ATTRIBUTES and said]


def said(value: object, field: str = "") -> list[str]:
    """What the FIELDS of a payload say, at any depth."""
    if isinstance(value, str):
        return [value] if field in FIELDS else []
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in said(inner, name)]
    if isinstance(value, list):
        return [text for inner in value for text in said(inner, field)]
    return []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tooltips_and_what_is_read_aloud_are_plain(page):
    app = open_app(page.script)
    found = Attributes(html(app)).found + said(payloads(app))
    assert found or not page.chart  # a page without a chart may draw all of it in the browser
    assert [text for text in found if MARKUP.search(text)] == []

"""Sharing: the link, and what a link leaves out."""

import pytest

from tests.tools import ROOT
from tests.tools.on_page import config_of, html, open_app, payloads
from ui import pages as pages_table
from ui.settings import sharing
from ui.settings.every import SETTINGS

PAGES = [None, *(page.script for page in pages_table.PAGES)]
# Those that have settings: the course has none.
MOVED = [p for p in pages_table.PAGES if any(s.owner in p.owners[:2] for s in SETTINGS.values())]


def address(app):
    return payloads(app)["address"]


def test_hidden_parts_are_written_as_they_are_read_and_unknown_ones_are_named():
    setting = SETTINGS["hide"]
    assert setting.read("verdict,controls") == (("controls", "verdict"), "")
    assert setting.write(("controls", "verdict")) == "controls,verdict"
    found, said = setting.read("verdct,everything")
    assert found == ("verdict",) and "verdct" in said and "everything" in said
    assert setting.read("none") == ((), "")


def test_the_style_sheet_hides_what_is_asked_and_nothing_else():
    assert sharing.style(()) == ""
    sheet = sharing.style(("verdict", "pages"))
    for name, part in sharing.PARTS.items():
        for selector in part.selectors:
            assert (selector in sheet) == (name in ("verdict", "pages")), selector
    assert sheet.endswith("{ display: none !important; }")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_takes_hide_and_present_and_keeps_them_in_its_link(page):
    app = open_app(page, hide="controls,verdict", present="1")
    told = address(app)
    assert "hide=controls,verdict" in told["query"] and "present=1" in told["query"]
    assert told["hidden"] == ["controls", "verdict"] and told["present"] is True
    assert sharing.style(("controls", "verdict")) in html(app)
    assert not app.warning


@pytest.mark.parametrize("page", PAGES)
def test_without_them_a_link_names_none_and_nothing_is_hidden(page):
    app = open_app(page, words="plain")
    for setting in sharing.SETTINGS:
        assert f"{setting.key}=" not in address(app)["query"]
    assert "display: none !important" not in html(app)


@pytest.mark.parametrize("page", [None, *(page.script for page in MOVED)])
def test_every_page_names_what_is_on_the_stage_of_presenter_mode(page):
    source = (ROOT / (page or "pages/gradient_flow.py")).read_text()
    assert 'key="stage' in source and ("place.sliders" in source or "places.lay(" not in source)


def test_hidden_controls_still_act_from_the_link():
    app = open_app(hide="controls", gain="1.2", seed="11")
    assert config_of(app).gain == 1.2 and config_of(app).seed == 11


def test_a_wrong_word_in_hide_gets_a_note_and_hides_nothing():
    app = open_app(hide="<b>boo</b>")
    assert "hidden parts" in app.warning[0].value and "<b>" not in app.warning[0].value
    assert address(app)["hidden"] == []


def test_the_open_dialog_hears_what_can_be_hidden_and_a_closed_one_nothing():
    app = open_app()
    assert address(app)["answer"] is None
    link = "http://127.0.0.1:8501/?gain=1"
    app.session_state["share_link"] = link
    answer = address(app.run())["answer"]
    assert answer["link"] == link
    assert [name for name, *_ in answer["parts"]] == list(sharing.PARTS)
    app.session_state["share_link"] = None
    assert address(app.run())["answer"] is None


def test_only_the_main_page_can_ask_first():
    assert address(open_app())["quiz"] is True
    assert address(open_app("pages/clipping.py"))["quiz"] is False


def test_the_names_of_the_settings_are_in_the_registry_of_all_pages():
    assert all(SETTINGS[setting.key] is setting for setting in sharing.SETTINGS)

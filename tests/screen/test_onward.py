"""Where next: each link at a page's end opens its page with the settings on screen."""

from urllib.parse import parse_qsl

import pytest

from rnn_core.settings import NEVER, SHARING
from ui.controls import store
from ui.gradient_flow.scenes import SCENES
from ui.pages import PAGES
from ui.settings.every import SETTINGS, owned

BY_NAME = {page.name: page for page in PAGES}
LINKS = [(page.name, link) for page in PAGES for link in page.onward]
NAMES = [f"{page} to {link.to}" for page, link in LINKS]
DEFAULTS = {key: setting.default for key, setting in SETTINGS.items()}


def own(page):
    """What a page sets besides how it is shown, as its address holds it."""
    owners = (owner for owner in BY_NAME[page].owners if owner not in (SHARING, ""))
    return [s for owner in owners for s in owned(owner) if s.linked != NEVER]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=NAMES)
def test_a_link_brings_what_both_pages_set_and_nothing_has_to_be_changed(page, link):
    values = DEFAULTS | {"gain": 1.3, "activation": "relu", "cell": "vanilla", "hidden_size": 40}
    values |= {"train_gain": 1.2, "train_activation": "relu", "train_hidden_size": 24}
    query = store.query([s.key for s in own(page) if s.key not in link.without], values)
    found, remarks = store.read(dict(parse_qsl(query)) | dict(parse_qsl(link.changes)), link.to)
    assert remarks == []
    here = {s.thing: values[s.key] for s in own(page) if s.thing}
    for setting in own(link.to):
        if setting.key in dict(parse_qsl(link.changes)):
            assert setting.write(found[setting.key]) == dict(parse_qsl(link.changes))[setting.key]
        elif setting in own(page):
            assert found[setting.key] == values[setting.key]
        elif setting.owner == "run" and setting.thing in ("gain", "activation", "hidden_size"):
            assert setting.thing not in here or found[setting.key] == here[setting.thing]


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("link", BY_NAME["gradient_flow"].onward, ids=lambda link: link.to)
def test_from_each_scene_a_link_opens_without_a_word_of_what_had_to_be_changed(scene, link):
    query = store.query([s.key for s in own("gradient_flow")], DEFAULTS | SCENES[scene].changes)
    _, remarks = store.read(dict(parse_qsl(query)) | dict(parse_qsl(link.changes)), link.to)
    assert remarks == []


def test_the_network_on_screen_is_the_network_that_is_trained():
    link = {"cell": "lstm", "gain": "1.3", "hidden_size": "40", "forget_bias": "2"}
    found, _ = store.read(link, "training")
    keys = ("train_cell", "train_gain", "train_hidden_size", "train_forget_bias")
    assert [found[key] for key in keys] == ["lstm", 1.3, 40, 2.0]


def test_a_page_leads_on_to_others_that_there_are():
    assert PAGES[0].onward
    for page in PAGES:
        assert {link.to for link in page.onward} <= set(BY_NAME) - {page.name}
        assert len({link.to for link in page.onward}) == len(page.onward)
        assert all(
            key in SETTINGS
            for link in page.onward
            for key in (*dict(parse_qsl(link.changes)), *link.without)
        )

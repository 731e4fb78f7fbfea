"""Every link that version 0.1 wrote or mended opens the same thing: the same settings, the same
sentences about what was wrong, and the same address.

links_of_0_1.json holds them, as 0.1 opened them: every setting of every page at a value of its own,
every scene, and what can be mistyped. One thing is new: a page takes the names of other pages for
what it shows itself (`cell` on Training), which 0.1 passed over.
"""

import json
import re
from dataclasses import fields
from urllib.parse import parse_qsl

import pytest

from rnn_core import RNNConfig
from rnn_core.training.config import TrainConfig
from tests.tools import ROOT
from tests.tools.on_page import config_of, held, open_app, payloads

LINKS = json.loads((ROOT / "tests/pages/links_of_0_1.json").read_text())

# What 0.1 did not have, at what it amounted to.
SINCE = {"train_update_bias": 0}


def otherwise(config, than) -> dict:
    """What `config` has otherwise, by field."""
    values = {f.name: getattr(config, f.name) for f in fields(config)}
    return {name: value for name, value in values.items() if value != getattr(than, name)}


def test_the_list_is_long_and_goes_over_every_page():
    pages = {path.stem for path in ROOT.glob("pages/*.py")}
    assert {link["page"] for link in LINKS} <= pages
    assert len(LINKS) >= 60 and len({link["page"] for link in LINKS}) == 6


def without_lists(said):
    """A remark without the list of what there is to choose, which grows, and so has a batch."""
    said = said.replace("batch size must be a whole number from 1 to 64", "batch size")
    said = said.replace("batch size must be a whole number from 1 to 128", "batch size")
    said = re.sub(r"must be one of [^']*, got", "must be one of …, got", said)
    return re.sub(r"(is one|are some) of [^;]*;", r"\1 of …;", said)


@pytest.mark.parametrize("old", LINKS, ids=lambda old: f"{old['page']}?{old['link'][:60]}")
def test_an_old_link_opens_the_same_thing(old):
    query = dict(parse_qsl(old["link"], keep_blank_values=True))
    first = old["page"] == "gradient_flow"
    page = None if first else f"pages/{old['page']}.py"
    app = open_app(page, **query, words="plain")  # no link of then names them
    assert held(app) == old["values"]
    boxes = [box.value for box in (*app.warning, *app.error)]
    assert [without_lists(said) for said in boxes] == [without_lists(said) for said in old["says"]]
    address = payloads(app)["address"]["query"]
    for name, value in SINCE.items():
        address = address.replace(f"&{name}={value}", "")
    assert address == old["address"]
    if old["page"] != "training":
        assert otherwise(config_of(app), RNNConfig()) == old["config"]
        return
    plan = app.session_state["training_plan"][1]
    assert otherwise(plan.config, TrainConfig()) == old["config"]
    beside = None if plan.rival is None else otherwise(plan.rival, plan.config)
    assert beside == old.get("versus")
    assert without_lists(plan.error) == without_lists(old["error"])

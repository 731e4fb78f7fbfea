"""The machine that hunts contradictions: pages are read as a reader reads them, at settings that
nobody chose, and their sentences, numbers and pictures are held against one another.

The same small sample every time. `make hunt` reads 2,000 settings, other ones each time; it prints
the smallest settings at which a page contradicts itself.
"""

import os
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.hunt import (
    of_any_text,
    of_cards,
    of_cells,
    of_clipping,
    of_feeling,
    of_gradient_flow,
    of_grid,
    of_memory,
    of_neuron,
    of_plain_words,
    of_runs,
    of_scripts,
    of_sensitivity,
)
from tests.hunt.reading import read
from tests.hunt.settings import CORNERS, links

ASKED = int(os.environ.get("HUNT", "0"))  # settings in all; 0: the sample
# Each page, and so many of its settings in the sample.
SAMPLE = {
    "gradient_flow": 24,
    "initialisation": 12,
    "architectures": 8,
    "clipping": 12,
    "one_neuron": 18,
    "training": 10,
}
OF_PAGE: dict[str, tuple] = {
    "gradient_flow": (
        *of_gradient_flow.RELATIONS,
        *of_memory.RELATIONS,
        *of_sensitivity.RELATIONS,
        *of_feeling.RELATIONS,
    ),
    "initialisation": of_grid.RELATIONS,
    "architectures": (*of_cells.RELATIONS, *of_cards.RELATIONS),
    "clipping": of_clipping.RELATIONS,
    "one_neuron": of_neuron.RELATIONS,
}


# Of the pages that have plain words.
IN_PLAIN_WORDS: dict[str, tuple] = {
    page: (*held, *of_any_text.RELATIONS)
    for page, held in (
        ("gradient_flow", of_plain_words.RELATIONS),
        ("architectures", (*of_plain_words.OF_CELLS, *of_cards.RELATIONS)),
        ("initialisation", of_plain_words.OF_GRID),
        ("one_neuron", of_plain_words.OF_NEURON),
        ("clipping", of_plain_words.OF_CLIPPING),
    )
}


def relations(page: str) -> tuple:
    return (*OF_PAGE[page], *of_scripts.RELATIONS.get(page, ()), *of_any_text.RELATIONS)


def contradictions(about: object, held: Iterable[Callable]) -> list[str]:
    """What does not fit, by the relation that says so."""
    return [f"{one.__name__}: {said}" for one in held for said in one(about)]


def hunt(page: str):
    """So many settings as are asked for: the same ones always, or new ones."""

    def of(test):
        share = SAMPLE[page] / sum(SAMPLE.values())
        few = settings(
            max_examples=round(ASKED * share) if ASKED else SAMPLE[page],
            derandomize=not ASKED,
            database=None,
            suppress_health_check=list(HealthCheck),
        )(test)
        return seed(int(os.environ["HUNT_SEED"]))(few) if "HUNT_SEED" in os.environ else few

    return of


@hunt("gradient_flow")
@given(link=links("gradient_flow"))
def test_gradient_flow_does_not_contradict_itself(link):
    page = read("gradient_flow", link)
    assert contradictions(page, relations("gradient_flow")) == []
    plain = of_plain_words.in_plain_words(page)
    assert contradictions(plain, IN_PLAIN_WORDS["gradient_flow"]) == []


@hunt("initialisation")
@given(link=links("initialisation"))
def test_initialisation_does_not_contradict_itself(link):
    page = read("initialisation", link)
    assert contradictions(page, relations("initialisation")) == []
    plain = of_plain_words.in_plain_words(page)
    assert contradictions(plain, IN_PLAIN_WORDS["initialisation"]) == []


@hunt("architectures")
@given(link=links("architectures"))
def test_architectures_does_not_contradict_itself(link):
    page = read("architectures", link)
    assert contradictions(page, relations("architectures")) == []
    plain = of_plain_words.in_plain_words(page)
    assert contradictions(plain, IN_PLAIN_WORDS["architectures"]) == []


@hunt("clipping")
@given(link=links("clipping"))
def test_clipping_does_not_contradict_itself(link):
    page = read("clipping", link)
    assert contradictions(page, relations("clipping")) == []
    plain = of_plain_words.in_plain_words(page)
    assert contradictions(plain, IN_PLAIN_WORDS["clipping"]) == []


@hunt("one_neuron")
@given(link=links("one_neuron"))
def test_one_neuron_does_not_contradict_itself(link):
    page = read("one_neuron", link)
    assert contradictions(page, relations("one_neuron")) == []
    plain = of_plain_words.in_plain_words(page)
    assert contradictions(plain, IN_PLAIN_WORDS["one_neuron"]) == []


@hunt("training")
@given(run=of_runs.runs())
def test_the_doctor_does_not_contradict_the_record(run):
    assert contradictions(run, of_runs.RELATIONS) == [], (run.config, run.record.steps)


@pytest.mark.parametrize("corner", CORNERS)
def test_no_page_contradicts_itself_in_a_corner(corner):
    for page in ("gradient_flow", "initialisation", "architectures"):
        link = {"seq_len": "24", "hidden_size": "4", "batch_size": "3", "seeds": "1"}
        assert contradictions(read(page, link | CORNERS[corner]), relations(page)) == []
    for page, held in IN_PLAIN_WORDS.items():
        plain = of_plain_words.in_plain_words(read(page, link | CORNERS[corner]))
        assert contradictions(plain, held) == [], page

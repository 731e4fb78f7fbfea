"""The smallest settings at which the machine found a page in contradiction with itself, and proof
that a relation does fail: the sentences of then, put back beside the numbers of now."""

import re
from dataclasses import replace

import pytest

from tests.hunt import of_any_text, of_clipping, of_gradient_flow, of_memory, of_plain_words
from tests.hunt.reading import Page, read
from tests.hunt.test_hunt import contradictions, relations

FOUND = [
    ("clipping", {"seq_len": "12", "hidden_size": "2", "batch_size": "1", "input": "zeros"}
     | {"gain": "2", "seed": "1"}),
    ("gradient_flow", {"seq_len": "10", "hidden_size": "5", "batch_size": "2"}
     | {"loss_at": "every", "loss_kind": "squared_error"}),
    ("gradient_flow", {"seq_len": "15", "hidden_size": "2", "batch_size": "1", "gain": "0.6"}
     | {"activation": "relu", "init": "gaussian", "input": "constant", "loss_at": "every"}),
    ("gradient_flow", {"seq_len": "59", "hidden_size": "2", "batch_size": "1", "gain": "2"}
     | {"cell": "layer_norm", "input": "zeros", "scale_sets": "radius"}),
    ("gradient_flow", {"seq_len": "51", "hidden_size": "2", "batch_size": "3", "gain": "2"}
     | {"input": "zeros", "init": "uniform", "seed": "2593"}),
]  # fmt: skip


@pytest.mark.parametrize(("page", "link"), FOUND)
def test_what_was_found_is_mended(page, link):
    assert contradictions(read(page, link), relations(page)) == []


def test_a_window_that_points_the_right_way_is_not_passed_over():
    """ "No shorter window keeps a cosine of 0.99" was said beside k = 10 with cosine 1.000."""
    text = read(*FOUND[0]).charts["truncated"].caption
    assert "k = 10 of 12" in text and "cosine 1.000" in text and "No shorter window" not in text


def altered(page: Page, key: str, name: str, old: str, new: str) -> Page:
    """The page with other words in one place."""
    piece = page.pieces[key]
    assert old in piece[name]
    changed = {**page.pieces, key: {**piece, name: piece[name].replace(old, new)}}
    return replace(page, pieces=changed)


# A page, where a sentence stands, what to put in its place, and the relation that must see it.
WRONG = [
    ({"gain": "0.5"}, "verdict", "html", ">Vanishing<", ">Flowing<", of_gradient_flow.the_word),
    ({"gain": "0.5"}, "verdict", "html", "halves", "doubles", of_gradient_flow.the_headline),
    ({"gain": "0.35"}, "shares", "caption", "99.5 %", "100 %", of_gradient_flow.the_shares),
    ({"input": "zeros", "hidden_size": "1", "gain": "2"}, "trajectories", "caption",
     "several attractors", "where it began is forgotten", of_memory.the_distances),
    ({"input": "zeros", "gain": "2"}, "verdict", "html", "h stays 0", "",
     of_gradient_flow.the_still_state),
    ({}, "shares", "caption", "The last 5 steps", "The last 1 steps", of_any_text.it_is_finished),
]  # fmt: skip


# The same in plain words.
PLAINLY_WRONG = [
    ({"gain": "0.5"}, "verdict", "html", "keeps 46 %", "keeps 64 %", of_plain_words.the_headline),
    ({}, "verdict", "html", "0.000072 of it is left", "0.00072 of it is left",
     of_plain_words.the_headline),
    ({"gain": "2"}, "verdict", "html", "4,400 times what", "44,000 times what",
     of_plain_words.the_headline),
    ({}, "verdict", "html", "41 of 60 steps", "14 of 60 steps", of_plain_words.the_numbers),
    ({"gain": "2"}, "verdict", "html", "make what is left 2.0", "make what is left 1.2",
     of_plain_words.the_reasons),
    ({}, "gradient_norms", "caption", "to 0.000072", "to 72 billionths",
     of_plain_words.the_main_caption),
    ({}, "gradient_norms", "caption", "times more", "times less", of_plain_words.the_main_caption),
    ({}, "memory_norms", "caption", "of its size arrives", "of its size (10⁻⁵) arrives",
     of_plain_words.no_signs),
    ({"input": "zeros"}, "verdict", "html", "The state stays 0", "",
     of_plain_words.the_still_state),
]  # fmt: skip


@pytest.mark.parametrize(("link", "key", "name", "old", "new", "relation"), PLAINLY_WRONG)
def test_a_wrong_plain_sentence_is_seen(link, key, name, old, new, relation):
    page = read("gradient_flow", {**link, "words": "plain", "sequences": "each"})
    assert list(relation(page)) == []
    assert list(relation(altered(page, key, name, old, new))) != []


def test_a_wrong_plain_sentence_about_cells_is_seen():
    page = read("architectures", {"words": "plain", "seeds": "2", "seq_len": "24"})
    assert list(of_plain_words.the_cells(page)) == []
    share = re.search(r"back ([\d.]+) %", page.text("best"))[1]
    wrong = altered(page, "best", "html", f"back {share} %", "back 0.7 %")
    assert list(of_plain_words.the_cells(wrong)) != []


@pytest.mark.parametrize(("link", "key", "name", "old", "new", "relation"), WRONG)
def test_a_wrong_sentence_is_seen(link, key, name, old, new, relation):
    page = read("gradient_flow", {**link, "sequences": "each"})
    assert list(relation(page)) == []
    assert list(relation(altered(page, key, name, old, new))) != []


def test_a_wall_and_none_on_one_screen_are_seen():
    page = read("clipping", {})
    wrong = altered(page, "verdict", "html", "that is the wall", "a slope, no wall")
    assert list(of_clipping.the_wall(page)) == [] != list(of_clipping.the_wall(wrong))

"""Texts: what is taken of a pasted one, what is refused and how, and what is held out."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.tasks import problem
from rnn_core.tasks.characters import HELD_OUT_FROM, known_from
from rnn_core.tasks.pasted import cleaned
from rnn_core.tasks.text import ALICE, alice

AB = "ab" * 30


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text must be from 40 to 20000 characters long, got 0"),
        (" \n\t ", "text must be from 40 to 20000 characters long, got 0"),
        ("a" * 39, "text must be from 40 to 20000 characters long, got 39"),
        ("ab" * 10_001, "text must be from 40 to 20000 characters long, got 20002"),
        ("ab" * 10**6, "text must be from 40 to 20000 characters long, got 2000000"),
        ("a" * 40, "text must have from 2 to 64 different characters, got 1"),
        (
            "".join(map(chr, range(0x4E00, 0x4E00 + 65))),
            "text must have from 2 to 64 different characters, got 65",
        ),
    ],
)
def test_a_text_that_cannot_be_learned_is_refused_by_field_limit_and_value(text, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        problem("pasted", 10, text)


def test_what_is_not_a_text_is_refused():
    with pytest.raises(TypeError, match="text must be a string, got None"):
        problem("pasted", 10, None)


def test_64_different_characters_and_the_longest_text_are_taken():
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 64)))
    assert problem("pasted", 10, many).input_size == 64
    assert problem("pasted", 10, "ab" * 10_000).input_size == 2


def test_a_window_longer_than_the_text_is_refused():
    assert problem("pasted", 59, AB).validation(0).x.shape == (59, 1, 2)
    with pytest.raises(ValueError, match=r"length must be at most 59 for a text of 60 .* got 60"):
        problem("pasted", 60, AB)


@given(st.text())
def test_a_cleaned_text_has_nothing_that_cannot_be_shown_and_stays_as_it_is(text):
    once = cleaned(text)
    assert once == once.strip() == unicodedata.normalize("NFC", once)
    assert all(c == "\n" or c.isprintable() for c in once)
    assert cleaned(once) == once
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("  a\tb\u00a0c  \n\n", "a b c"),
        ("\ufeffbyte\u200b order\x00 mark\x1b", "byte order mark"),
        ("cafe\u0301 nai\u0308f", "café naïf"),
        ("half \ud83d pair", "half  pair"),
        ("über Straße 日本 🙂", "über Straße 日本 🙂"),
        ("one\n\ntwo", "one\n\ntwo"),
    ],
)
def test_line_ends_blanks_accents_and_control_characters(text, kept):
    assert cleaned(text) == kept


def test_a_pasted_text_with_newlines_and_accents_is_learned_as_it_stands():
    text = "Zwölf Boxkämpfer jagen Viktor quer\nüber den großen Sylter Deich."
    p = problem("pasted", 20, text)
    held = p.validation(0)
    windows = ["".join(p.written(held.x[:, b])) for b in range(held.x.shape[1])]
    assert windows == [text[s : s + 20] for s in range(len(text) - 20)]
    assert {"\n", "ö", "ß"} <= set(p.symbols)


def test_the_last_tenth_of_a_long_text_is_not_trained_on():
    text = alice()
    for p, whole in (
        (problem("text", 40), text),
        (problem("pasted", 30, text[:HELD_OUT_FROM].strip() + "!"), text[:HELD_OUT_FROM] + "!"),
    ):
        end = len(whole) - len(whole) // 10
        assert p.held_out and p.solved_by == "loss" and p.solved_at == p.baseline
        for batch, part in (
            (p.draw(np.random.default_rng(0), 500), whole[:end]),
            (p.validation(0), whole[end:]),
        ):
            for b in range(batch.x.shape[1]):
                window = "".join(p.written(batch.x[:, b])) + p.classes[batch.target[-1, b]]
                assert window in part


def test_a_shorter_text_validates_itself():
    p = problem("pasted", 30, alice()[: HELD_OUT_FROM - 10])
    assert not p.held_out and p.solved_by == "accuracy"


def test_the_alphabet_does_not_depend_on_the_length():
    text = alice()[:3000]
    assert problem("pasted", 2, text).symbols == problem("pasted", 200, text).symbols


def test_a_text_that_one_character_decides_can_still_be_solved():
    p = problem("pasted", 10, "ab" * 3000)
    assert p.held_out and p.baseline == 0.0 and p.solved(0.04, 1.0)


def test_the_text_that_comes_with_the_app():
    assert alice().startswith("alice was beginning to get very tired of sitting by her sister")
    assert 3000 <= len(alice()) <= 6000 and len(set(alice())) <= 40
    assert set(alice()) <= set("abcdefghijklmnopqrstuvwxyz .,;:!?'-") and "  " not in alice()
    assert ALICE.is_file()


def test_two_characters_never_know_less_than_one():
    codes = np.random.default_rng(0).integers(0, 3, 200)
    one, two = known_from(codes, 1, 20, 3), known_from(codes, 2, 20, 3)
    assert two[0] <= one[0] + 0.01 and two[1] >= one[1] - 0.01

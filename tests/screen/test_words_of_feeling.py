"""Which parameter feels a gradient: what is drawn and said of it is what was measured."""

import math
import re

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.numbers import spoken
from rnn_core.studies.felt import felt
from rnn_core.studies.longer_memory import longer_memory
from rnn_core.studies.sensitivity import SENSITIVE
from ui.gradient_flow import feeling_figures, feeling_words

SMALL = {"hidden_size": 6, "seq_len": 15, "batch_size": 2}
LETTERS = re.compile("[Α-Ωα-ω∂‖]|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|_")


def drawn(cell, **settings):
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL | settings))
    return flow, felt(flow), longer_memory(flow.config)


@pytest.mark.parametrize("cell", CELLS)
def test_the_bars_of_every_part_are_whole_and_its_dot_is_its_norm(cell):
    _, found, curves = drawn(cell)
    *bars, dots = feeling_figures.felt(found)["data"]
    assert len(bars) == len(found.bands)
    whole = sum(np.asarray(bar["x"]) for bar in bars)
    alive = [part.shares.any() for part in found.parts]
    assert np.allclose(whole[alive], 100.0)
    norms = np.array([part.log10_norm for part in found.parts])
    assert np.allclose(dots["x"], np.where(np.isfinite(norms), norms, np.nan), equal_nan=True)
    assert len(set(dots["y"])) == len(set(map(spell, dots["y"]))) == len(found.parts)
    lines = feeling_figures.longer_memory(curves, RNNConfig(cell=cell))["data"]
    assert len(lines) == len(curves.log10_norms) + len(curves.log10_law) + 1
    assert all(np.all(np.diff(line["x"]) > 0) for line in lines)


def spell(name):
    return name.plain


@pytest.mark.parametrize("settings", [{}, {"loss_at": "every"}, {"input": "zeros"}], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_in_plain_words_there_are_no_letters_and_no_powers(cell, settings):
    flow, found, curves = drawn(cell, **settings)
    said = [
        feeling_words.felt_title(),
        feeling_words.felt_caption(flow, found),
        feeling_words.felt_more(found),
        feeling_words.memory_title(curves),
        feeling_words.memory_caption(curves),
        *(spell(name) for name in feeling_figures.felt(found)["data"][-1]["y"]),
    ]
    for text in said:
        plain = getattr(text, "plain", text).replace("W_h scale", "")
        assert not LETTERS.search(plain), plain
        assert "nan" not in text and "None" not in text


def test_what_feels_it_most_and_least_is_named_with_its_number():
    flow, found, _ = drawn("lstm")
    text = feeling_words.felt_caption(flow, found)
    norms = {feeling_figures.called_part(part): part.log10_norm for part in found.parts}
    most, least = max(norms, key=norms.get), min(norms, key=norms.get)
    assert text.startswith(f"{most} feels it most, {spoken.from_log10(norms[most])}")
    assert f"{least} least, {spoken.from_log10(norms[least])}" in text
    assert f"sequence {flow.typical_sequence + 1}" in text


def test_terms_that_cancel_are_said_to():
    flow, found, _ = drawn("lru", seq_len=400, lambda_low=0.999, lambda_high=0.999)
    most = max(found.parts, key=lambda part: part.log10_norm)
    whole = math.log10(np.sum(10.0**most.log10_terms))
    said = "They cancel" in feeling_words.felt_caption(flow, found)
    assert said == (whole - most.log10_norm >= 1.0)


def test_where_it_is_sensitive_is_where_kappa_is_a_hundred():
    _, _, curves = drawn("lru", seq_len=1000, hidden_size=16)
    text = feeling_words.memory_caption(curves)
    sensitive = [
        spoken.exact(float(value))
        for value, kappa in zip(curves.values, curves.log10_kappa, strict=True)
        if kappa >= SENSITIVE
    ]
    assert 0 < len(sensitive) < len(curves.values)
    assert f"Sensitive, κ ≥ 100, at |λ| {', '.join(sensitive)}." in text
    assert "Zucchet, Orvieto 2024" in text
    _, _, short = drawn("lru")
    most = spoken.from_log10(float(np.max(short.log10_kappa)))
    assert f"κ is {most} at most" in feeling_words.memory_caption(short)


def test_where_nothing_is_felt_that_is_said():
    flow, found, _ = drawn("vanilla", gain=0.0, input="zeros", activation="relu")
    assert "exactly 0" in feeling_words.felt_caption(flow, found)

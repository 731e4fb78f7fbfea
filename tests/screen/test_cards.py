"""The cards of Architectures: each says of its cell what was computed, and what its fields say."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.laws import LAWS
from rnn_core.numbers.spoken import from_log10, plain
from rnn_core.studies.architectures import compare_cells
from ui.architectures import cards, step_picture
from ui.look import pixels

SMALL = RNNConfig(hidden_size=9, seq_len=15, batch_size=3)


def opened(address: str) -> np.ndarray:
    """The pixels of a data address (rows, columns, 4)."""
    kind, _, data = address.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


@pytest.mark.parametrize("cell", CELLS)
def test_the_picture_of_a_jacobian_is_empty_where_it_is_0_and_has_its_signs(cell):
    J = cards.last_jacobian(gradient_flow(replace(SMALL, cell=cell)))
    seen = opened(pixels.of_matrix(J))
    assert seen.shape == (*J.shape, 4)
    strength = np.sqrt(np.abs(J) / np.abs(J).max())
    assert np.allclose(seen[..., 3] / 255, strength, atol=0.5 / 255 + 1e-9)
    clear = strength > 0.1
    assert np.array_equal((seen[..., 0] > seen[..., 2])[clear], (J > 0)[clear])


def test_a_large_matrix_shows_the_largest_entry_of_each_block():
    big = np.zeros((130, 130))
    big[4, 128] = -2.0
    big[129, 0] = 1.0
    seen = opened(pixels.of_matrix(big))
    assert seen.shape[:2] == (44, 44)
    assert [tuple(at) for at in np.argwhere(seen[..., 3])] == [(1, 42), (43, 0)]
    assert seen[1, 42, 3] == 255 and seen[1, 42, 2] > seen[1, 42, 0]


@pytest.mark.parametrize("cell", CELLS)
def test_the_sentences_of_a_card_are_of_its_run(cell):
    flow = gradient_flow(replace(SMALL, cell=cell))
    J = cards.last_jacobian(flow)
    sizes = np.linalg.svd(J, compute_uv=False)
    assert f"σ_max = {plain(float(sizes[0]), 3)}" in cards.stretch(J)
    said, name = cards.law(flow), cards.law_of(flow)
    if name is None:
        assert "No law but bounds" in said
        return
    assert LAWS[name].missing(flow.config) == "" and LAWS[name].label in said
    measured = float(np.median(flow.log10_last[0] - flow.log10_last[-1]))
    assert f"×{from_log10(measured)}" in said
    assert CELLS[cell].diagonal == ("exact" in said)


def test_the_product_of_gates_is_exact_for_the_mingru_and_decades_off_for_the_lstm():
    own = {name: gradient_flow(RNNConfig(cell=name, seq_len=50)) for name in ("min_gru", "lstm")}
    assert "is exact here" in cards.law(own["min_gru"])
    off = re.search(r"([\d.]+) decades off", cards.law(own["lstm"]))
    assert "LSTM shortcut" in cards.law(own["lstm"]) and float(off[1]) > 2


@pytest.mark.parametrize("cell", CELLS)
def test_the_drawing_of_a_step_is_whole_and_in_words(cell):
    own = CELLS[cell]
    drawing = ElementTree.fromstring(step_picture.drawn(own, str))
    said = step_picture.said(own)
    assert own.label in said and ("recurrent weights" in said) == ("W_h" in own.learned)
    letters = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert not own.straight or f"× {own.straight}" in letters
    box = step_picture.WIDTH, step_picture.HEIGHT
    for text in drawing.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(text.attrib["x"]) < box[0] and 0 < float(text.attrib["y"]) < box[1]


def test_cells_without_a_state_have_no_card():
    found = compare_cells(SMALL, ("gru", "attention"), 1)
    shown = cards.cards(found, str)
    assert re.findall(r'data-cell="(\w+)"', shown) == ["gru"]
    assert cards.cards(compare_cells(SMALL, ("attention",), 1), str) == ""

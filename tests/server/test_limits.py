"""Every limit stands in one place, and everything that repeats its number says the same one."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import limits as engine
from rnn_core.cells import CELLS
from rnn_core.config import LIMITS, RNNConfig
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from tests.tools import ROOT
from ui.controls import network
from ui.server import limits

README = (ROOT / "README.md").read_text()
ROWS = dict(
    (cells[0], cells[1])
    for line in README[README.index("### Limits") :].splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 3
)


def numbers(text):
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("hidden units H", [LIMITS[n][1] for n in ("hidden_size", "seq_len", "batch_size")]),
        ("H × T × B", [round(limits.MOST_NUMBERS / 1e6, 1)]),
        ("H × T × gates", [engine.MOST_UNIT_STEPS]),
        ("panels", [len(INITIALISATIONS), len(ACTIVATIONS)]),
        ("steps × units³", [round(engine.MOST_OF_PRODUCT / 1e6)]),
        ("recorded rows", [engine.CAPACITY, engine.STATE_CAPACITY]),
        ("pasted", [engine.TEXT_LIMITS[1], engine.DIFFERENT_LIMITS[1], limits.TEXT_IN_LINK]),
        ("training runs", [limits.MAX_RUNNING, 1000 * limits.TURN, limits.SLOT]),
        ("results", [limits.CACHE_BYTES >> 20]),
        ("results", [limits.KEPT_BYTES >> 20]),
        ("upload", [limits.UPLOAD_MB, limits.MESSAGE_MB]),
        ("connections", [limits.CONNECTIONS]),
    ],
)
def test_the_readme_says_the_limit_that_holds(row, expected):
    (said,) = [at_most for name, at_most in ROWS.items() if name.startswith(row)]
    assert numbers(said) == expected


def test_the_server_and_nginx_keep_to_the_same_limits():
    server = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]
    assert server["maxUploadSize"] == limits.UPLOAD_MB
    assert server["maxWidgetStateSize"] == limits.MESSAGE_MB
    nginx = (ROOT / "deploy/nginx.conf").read_text()
    assert f"limit_conn per_address {limits.CONNECTIONS};" in nginx
    assert f"client_max_body_size {limits.UPLOAD_MB + 1}m;" in nginx


def test_the_longest_text_fits_into_a_message():
    assert 5 * engine.TEXT_LIMITS[1] * len("\\ud83d\\ude00") < limits.MESSAGE_MB * 1e6


@given(
    cell=st.sampled_from(sorted(CELLS)),
    hidden_size=st.integers(1, 256),
    seq_len=st.integers(2, 1000),
    batch_size=st.integers(1, 64),
)
def test_a_network_on_a_page_never_holds_more_than_the_server_has_room_for(
    cell, hidden_size, seq_len, batch_size
):
    asked = RNNConfig(cell=cell, hidden_size=hidden_size, seq_len=seq_len, batch_size=batch_size)
    found = network.fitted(asked)
    each = hidden_size * seq_len * len(CELLS[cell].gates)
    assert found.batch_size * each <= limits.MOST_NUMBERS
    note = network.fit_note(found, batch_size)
    if (found.batch_size + 1) * each <= limits.MOST_NUMBERS:
        assert found == asked and note == ""  # nothing is taken away without need
    if found != asked:
        assert f"{found.batch_size} of the {batch_size} sequences" in note


def test_several_cells_have_room_for_the_largest_of_them():
    asked = RNNConfig(hidden_size=256, seq_len=1000, batch_size=32)
    assert network.fitted(asked).batch_size == 32
    assert network.fitted(asked, ("vanilla", "lstm", "attention")).batch_size == 8

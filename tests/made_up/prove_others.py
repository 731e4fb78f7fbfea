"""What a new law, task, activation, initialisation and page go through besides the tests of every
one of their kind. `tests/test_adding.py` runs this with those of this folder."""

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.studies.one_neuron import Neuron, one_neuron
from rnn_core.tasks import TASKS
from tests.tools.on_page import open_app, payloads
from tests.tools.output import run_alone
from ui import export
from ui.architectures import export as architectures
from ui.initialisation import export as initialisation
from ui.one_neuron import export as neuron
from ui.pages import PAGES

LAW, TASK, PHI, INIT = (
    list(entries)[-1] for entries in (LAWS, TASKS, ACTIVATIONS, INITIALISATIONS)
)
CHOSEN = {
    "activation": PHI,
    "init": INIT,
    "laws": ",".join(LAWS),
    "inits": ",".join(INITIALISATIONS),
    "activations": ",".join(ACTIVATIONS),
    "shown_init": INIT,
    "shown_activation": PHI,
    "neuron_activation": PHI,
    "train_task": TASK,
    "train_activation": PHI,
    "train_init": INIT,
    "seq_len": 20,
    "hidden_size": 12,
    "bits": "101",
    "node": "phi2",
}
CONFIG = RNNConfig(activation=PHI, init=INIT, gain=0.9, hidden_size=8, seq_len=12, batch_size=3)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_opens_with_all_of_them_chosen(page):
    app = open_app(page.script, **CHOSEN)
    assert not app.exception and not app.warning
    assert payloads(app)


def test_the_law_is_drawn():
    app = open_app(activation=PHI, init="orthogonal", laws=LAW, gain="0.8")
    drawn = [trace["name"] for trace in payloads(app)["gradient_norms"]["figure"]["data"]]
    assert LAWS[LAW].label in drawn


def test_the_program_of_a_flow_prints_its_curve(tmp_path):
    printed = run_alone(export.script(CONFIG), tmp_path).splitlines()[1:13]
    curve = [float(line.split()[1]) for line in printed]
    assert np.allclose(curve, gradient_flow(CONFIG).spread.median, atol=1e-9)


def test_the_program_of_a_grid_has_their_panel(tmp_path):
    text = initialisation.script(CONFIG, ("gaussian", INIT), ("tanh", PHI))
    assert f"{INIT}.{PHI}" in run_alone(text, tmp_path)


def test_the_program_of_a_comparison_runs(tmp_path):
    assert run_alone(architectures.script(CONFIG, ("vanilla", "gru"), [0]), tmp_path)


def test_the_program_of_a_unit_prints_its_loss(tmp_path):
    unit = one_neuron(Neuron(w_in=0.8, w_h=0.5, w_out=1.0, activation=PHI), "10110")
    assert f"L {unit.loss:.12g}" in run_alone(neuron.script(unit), tmp_path)

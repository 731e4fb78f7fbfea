"""A layer of a recording, run again by the engine: two implementations that share no line agree on
every norm, whatever the cell."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.jacobians.product import jacobian_product
from rnn_core.laws import LAWS
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.recording import BadRecording, Recording
from rnn_core.recording.rerun import flow_of
from rnn_core.studies.prediction import predict

torch = pytest.importorskip("torch")

from rnn_core.pytorch import tap  # noqa: E402

LAYERS = {
    "RNN": torch.nn.RNN,
    "relu": lambda *a, **k: torch.nn.RNN(*a, nonlinearity="relu", **k),
    "LSTM": torch.nn.LSTM,
    "GRU": torch.nn.GRU,
}
T, B, I, H = 12, 3, 70, 6  # more inputs than the engine draws


@pytest.fixture(scope="module", params=LAYERS)
def run(request, tmp_path_factory):
    """A recording of one update of a layer both ways, its loss at every step."""
    torch.manual_seed(1)
    layer = LAYERS[request.param](I, H, bidirectional=True)
    path = tmp_path_factory.mktemp("rerun") / "run.unroll"
    with tap(layer, path, every=1) as recorder:
        layer(torch.randn(T, B, I))[0].square().sum().backward()
        recorder.step()
    with Recording.open(path) as opened:
        yield opened


@pytest.mark.parametrize("direction", [0, 1])
def test_the_engine_and_the_tap_agree_on_every_norm(run, direction):
    one = run.reading("model", direction=direction)
    flow = flow_of(run.tape("model", direction=direction))
    assert run.tapes == [1]
    own = log10_norm(flow.sweep.delta[..., :H], flow.sweep.exponent)
    recorded = one.log10_norms[::-1] if direction else one.log10_norms
    assert own.shape == recorded.shape and np.isfinite(own).all()
    assert np.allclose(own, recorded, atol=1e-4)  # decades; the tap's weights are float32


def test_what_reads_a_run_reads_it(run):
    flow = flow_of(run.tape("model"))
    found = [predict(flow, name) for name in LAWS]
    bound = next(law for law in found if law.name == "realised_bound")
    assert bound.log10[0] >= bound.measured[0] - 1e-9
    assert np.isfinite(jacobian_product(flow).spectrum.largest)


def test_what_the_engine_does_not_take_is_named(run):
    tape = run.tape("model")
    with pytest.raises(ValueError, match="x has entries that are not finite"):
        flow_of(replace(tape, x=np.full_like(tape.x, np.inf)))
    one_step = replace(tape, lengths=np.ones_like(tape.lengths))
    with pytest.raises(ValueError, match="seq_len must be from 2 to 1000, got 1"):
        flow_of(one_step)


@pytest.mark.parametrize("length", [0, -3, T + 1, 2**30])
def test_a_length_that_cannot_be_is_refused(run, length):
    from rnn_core.recording.tape import Tape

    record = run._record("model", 0, 1, -1)
    arrays = run._file.arrays("tape", record[0])
    arrays["length"] = np.full_like(arrays["length"], length)
    one = run.modules["model"]
    with pytest.raises(BadRecording, match="length must be from 1 to 12"), run._file.asking():
        Tape.of(one.kind, one.settings, 1, arrays)

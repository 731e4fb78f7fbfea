"""A sequence in several calls, each with the state of the one before, is that of one call."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.pytorch import tap
from rnn_core.recording import Recording

EXACT = (
    1e-9  # relative, in float64; what comes from above is told apart from what the next call sent
)


def recorded(path, layer, pieces, loss_of):
    layer.zero_grad()
    with tap(layer, path, overwrite=True) as recorder:
        state, outputs = None, []
        for piece in pieces:
            output, state = layer(piece, state)
            outputs.append(output)
        loss_of(torch.cat(outputs, dim=1 if layer.batch_first else 0), state).backward()
        recorder.step()
    return Recording.open(path)


@settings(max_examples=15)
@given(
    kind=st.sampled_from(("RNN", "GRU", "LSTM")),
    layers=st.integers(1, 2),
    proj=st.booleans(),
    batch_first=st.booleans(),
    cuts=st.lists(st.integers(1, 7), max_size=4, unique=True),
    every=st.booleans(),
    tail=st.booleans(),
    seed=st.integers(0, 2**20),
)
def test_pieces_are_the_whole(
    tmp_path_factory, kind, layers, proj, batch_first, cuts, every, tail, seed
):
    torch.manual_seed(seed)
    more = {"proj_size": 3} if proj and kind == "LSTM" else {}
    layer = getattr(torch.nn, kind)(
        2, 4, layers, batch_first=batch_first, dtype=torch.float64, **more
    )
    time = 1 if batch_first else 0
    x = torch.randn(*((3, 8, 2) if batch_first else (8, 3, 2)), dtype=torch.float64)

    def loss_of(output, state):
        rows = output.unbind(time)
        loss = sum((row * (t + 1)).sin().sum() for t, row in enumerate(rows if every else rows[5:]))
        for part in state if isinstance(state, tuple) else (state,):
            loss = loss + (part.pow(2).sum() if tail else 0.0)
        return loss

    folder = tmp_path_factory.mktemp("carried")
    sizes = np.diff([0, *sorted(cuts), 8]).tolist()
    with (
        recorded(folder / "whole.unroll", layer, [x], loss_of) as whole,
        recorded(folder / "pieces.unroll", layer, x.split(sizes, dim=time), loss_of) as pieces,
    ):
        assert pieces.check("model") < EXACT and pieces.about("model")["calls"] == 1
        for k in range(layers):
            ours, theirs = (run.all_series("model", layer=k) for run in (pieces, whole))
            assert ours.keys() == theirs.keys()
            for name, wanted in theirs.items():
                found = ours[name]
                assert found.shape == wanted.shape and found.dtype == wanted.dtype, name
                same = np.isneginf(found) & np.isneginf(wanted) | np.isnan(found) & np.isnan(wanted)
                apart = np.where(same, 0.0, found) - np.where(same, 0.0, wanted)
                assert np.abs(apart).max() < EXACT, f"{name} of layer {k}"


@pytest.mark.parametrize("cut", ["detached", "copied"])
def test_what_is_not_the_very_state_begins_a_sequence(tmp_path, cut):
    torch.manual_seed(0)
    layer = torch.nn.GRU(2, 4)
    with tap(layer, tmp_path / "a.unroll") as recorder:
        first, state = layer(torch.randn(3, 5, 2))
        state = state.detach() if cut == "detached" else state + 0.0
        second, _ = layer(torch.randn(3, 5, 2), state)
        (first.sum() + second.sum()).backward()
        recorder.step()
    with Recording.open(tmp_path / "a.unroll") as run:
        assert run.about("model")["calls"] == 2 and run.check("model") < 1e-5
        assert run.log10_norms("model").shape == (3, 10)

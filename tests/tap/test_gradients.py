"""What the tap finds is what autograd finds through the same network as a loop of plain tensors."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_core.pytorch import tap
from rnn_core.recording import Recording
from tests.tools.unrolled import step, unrolled

EXACT = 1e-10  # relative, in float64
KINDS = ("RNN", "relu", "GRU", "LSTM")
LOSSES = ("output", "last", "h_n", "c_n", "all")


def layer(kind, **settings):
    if kind == "relu":
        kind, settings["nonlinearity"] = "RNN", "relu"
    return getattr(torch.nn, kind)(3, 4, dtype=torch.float64, **settings)


def loss_of(where, output, h_n, c_n, inside):
    """A loss that is no sum: its gradient differs from entry to entry."""
    parts = {
        "output": (output**2 * inside).sum() + (output * inside).sin().sum(),
        "last": output.pow(2)[-1].sum() + output[-1].sum(),
        "h_n": (h_n**3).sum() + h_n.sum(),
        "c_n": 0.0 if c_n is None else (c_n.sin() * 2).sum(),
    }
    return sum(parts.values()) if where == "all" else parts[where]


def agree(ours, theirs, what):
    """Logarithms of norms that differ by no more than EXACT, relatively."""
    assert ours.shape == theirs.shape
    same = np.isneginf(ours) & np.isneginf(theirs)
    apart = np.abs(np.where(same, 0.0, ours) - np.where(same, 0.0, theirs)) * np.log(10)
    assert apart.max(initial=0.0) < EXACT, f"{what}: {apart.max()}"


def masks_of(module, random, shape, packed_as):
    """What nn.Dropout would draw after the generator's state `random`, layer after layer."""
    if not module.dropout or module.num_layers == 1:
        return []
    now = torch.get_rng_state()
    torch.set_rng_state(random)
    found = []
    for _ in range(module.num_layers - 1):
        if packed_as is None:
            ones = torch.ones(shape, dtype=torch.float64)
            found.append(torch.nn.functional.dropout(ones, module.dropout))
        else:
            ones = torch.ones(len(packed_as.data), shape[-1], dtype=torch.float64)
            drawn = torch.nn.functional.dropout(ones, module.dropout)
            found.append(pad_packed_sequence(packed_as._replace(data=drawn))[0])
    torch.set_rng_state(now)
    return found


@settings(max_examples=40)
@given(
    kind=st.sampled_from(KINDS),
    layers=st.integers(1, 3),
    both=st.booleans(),
    batch_first=st.booleans(),
    bias=st.booleans(),
    proj=st.sampled_from((0, 0, 2)),
    dropout=st.sampled_from((0.0, 0.0, 0.4)),
    packed=st.booleans(),
    states=st.sampled_from(("none", "given", "attached")),
    where=st.sampled_from(LOSSES),
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    seed=st.integers(0, 2**20),
)
def test_every_norm_is_autograds(
    tmp_path_factory, kind, layers, both, batch_first, bias, proj, dropout, packed, states, where,
    lengths, seed,
):  # fmt: skip
    torch.manual_seed(seed)
    more = {"proj_size": proj} if proj and kind == "LSTM" else {}
    module = layer(
        kind, num_layers=layers, bidirectional=both, batch_first=batch_first, bias=bias,
        dropout=dropout if layers > 1 else 0.0, **more,
    )  # fmt: skip
    if where == "c_n" and kind != "LSTM":
        where = "h_n"
    if packed and where == "last":
        where = "output"
    lengths = torch.tensor(lengths)
    T, B = int(lengths.max()), len(lengths)
    P = module.proj_size or 4
    x = torch.randn(T, B, 3, dtype=torch.float64)
    rows = layers * (2 if both else 1)
    attached = states == "attached"
    h0 = c0 = hx = None
    if states != "none":
        h0 = torch.randn(rows, B, P, dtype=torch.float64, requires_grad=attached)
        c0 = torch.randn(rows, B, 4, dtype=torch.float64, requires_grad=attached)
        hx = (h0, c0) if kind == "LSTM" else h0
    given = x.transpose(0, 1) if batch_first else x
    if packed:
        given = pack_padded_sequence(given, lengths, batch_first=batch_first, enforce_sorted=False)
    else:
        lengths = torch.full((B,), T)
    inside = (torch.arange(T)[:, None] < lengths)[..., None]
    random = torch.get_rng_state()
    path = tmp_path_factory.mktemp("tap") / "run.unroll"
    with warnings.catch_warnings(), tap(module, path, every=1, sequences=9) as recorder:
        warnings.simplefilter("error")
        output, state = module(given, hx)
        h_n, c_n = state if kind == "LSTM" else (state, None)
        if packed:
            whole, _ = pad_packed_sequence(output)
        else:
            whole = output.transpose(0, 1) if batch_first else output
        loss_of(where, whole, h_n, c_n, inside).backward()
        recorder.step()
    masks = masks_of(module, random, (T, B, P * (2 if both else 1)), given if packed else None)
    leaves = [None if s is None else s.detach().clone().requires_grad_() for s in (h0, c0)]
    oracle = unrolled(module, x.requires_grad_(), lengths, *leaves, masks)
    assert torch.allclose(oracle.output, whole, atol=1e-12, rtol=0)
    loss_of(where, oracle.output, oracle.h_n, oracle.c_n, inside).backward()

    with Recording.open(path) as run:
        name = "model"
        assert run.check(name) < EXACT
        beyond = ~inside[..., 0].numpy()
        for row, key in enumerate(sorted(oracle.h)):
            at = {"layer": key[0], "direction": key[1]}
            ours = run.log10_norms(name, **at)
            assert (np.isnan(ours) == beyond).all()
            agree(ours[~beyond], oracle.norms(key)[~beyond], f"h of {key}")
            if kind == "LSTM":
                ours = run.log10_norms(name, of="c", **at)
                agree(ours[~beyond], oracle.norms(key, "c")[~beyond], f"c of {key}")
            for which, leaf in zip(("h0", "c0"), leaves, strict=True):
                if leaf is not None and (which == "h0" or kind == "LSTM"):
                    grad = leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)
                    mine = run.series(name, which, **at)[0]
                    agree(mine, grad[row].norm(dim=1).log10().numpy(), which)
            about = run.about(name, **at)
            assert about["state_given"] == (states != "none")
            assert about["state_attached"] == attached


@pytest.mark.parametrize("kind", KINDS)
def test_each_steps_terms_are_those_of_the_loop(tmp_path, kind):
    """‖term_t‖ of ∂L/∂W_h, from a loop in which every step has a W_h of its own."""
    module = layer(kind)
    x = torch.randn(5, 1, 3, dtype=torch.float64)
    with tap(module, tmp_path / "run.unroll", every=1) as recorder:
        module(x)[0].pow(2).sum().backward()
        recorder.step()
    own = [module.weight_hh_l0.detach().clone().requires_grad_() for _ in x]
    other = [module.weight_ih_l0.detach().clone().requires_grad_() for _ in x]
    h, c, loss = x.new_zeros(1, 4), x.new_zeros(1, 4), 0.0
    fixed = {name: w.detach() for name, w in module.named_parameters()}
    for t in range(5):
        w = fixed | {"weight_hh_l0": own[t], "weight_ih_l0": other[t]}
        h, c = step(type(module).__name__, module, w, "_l0", x[t], h, c)
        loss = loss + h.pow(2).sum()
    loss.backward()
    with Recording.open(tmp_path / "run.unroll") as run:
        for name, weights in (("W_h", own), ("W_x", other)):
            theirs = torch.stack([w.grad.norm() for w in weights]).log10().numpy()
            agree(run.log10_norms("model", of=name)[:, 0], theirs, name)


@pytest.mark.parametrize("kind", ("RNN", "GRU", "LSTM"))
def test_what_the_last_loss_alone_sends_back_is_kept_apart(tmp_path, kind):
    module = layer(kind)
    x = torch.randn(6, 2, 3, dtype=torch.float64)
    found = {}
    for where in ("output", "last"):
        module.zero_grad()
        with tap(module, tmp_path / where, every=1) as recorder:
            output = module(x)[0]
            (output.pow(2).sum() if where == "output" else output[-1].pow(2).sum()).backward()
            recorder.step()
        with Recording.open(tmp_path / where) as run:
            found[where] = run.log10_norms("model", of="last" if where == "output" else "h")
            if where == "last":
                with pytest.raises(KeyError, match="last"):
                    run.series("model", "last")
    agree(found["output"], found["last"], "the last alone")


def test_float32_proves_itself(tmp_path):
    """Σ_t of the terms is .grad to float32's own rounding, on a long sequence of three layers."""
    torch.manual_seed(3)
    for kind in ("RNN", "GRU", "LSTM"):
        module = getattr(torch.nn, kind)(8, 16, num_layers=3, bidirectional=True)
        with tap(module, tmp_path / kind, every=1) as recorder:
            module(torch.randn(80, 4, 8))[0].pow(2).mean().backward()
            recorder.step()
        with Recording.open(tmp_path / kind) as run:
            assert run.check("model") < 2e-6, kind


def test_a_batch_too_large_for_one_part_is_gone_through_in_parts(tmp_path, monkeypatch):
    from rnn_core.pytorch.probe import layers

    module = layer("LSTM", num_layers=2, bidirectional=True, dropout=0.3)
    x = torch.randn(5, 7, 3, dtype=torch.float64)
    found = {}
    for part in (layers.PART, 5 * 4 * 4 * 2):  # all at once, and two sequences at a time
        monkeypatch.setattr(layers, "PART", part)
        torch.manual_seed(1)
        with tap(module, tmp_path / str(part), every=1) as recorder:
            module(x)[0].pow(2).sum().backward()
            recorder.step()
        with Recording.open(tmp_path / str(part)) as run:
            assert run.check("model") < EXACT
            found[part] = run.all_series("model", layer=1, direction=1)
    one, other = found.values()
    assert one.keys() == other.keys()
    for name in one:
        assert np.allclose(one[name], other[name], rtol=1e-9, atol=1e-12, equal_nan=True), name


def test_a_sample_of_the_batch_is_kept_and_all_of_it_proves(tmp_path):
    module = layer("GRU")
    x = torch.randn(4, 50, 3, dtype=torch.float64)
    for sequences in (1, 3, 50, 80):
        path = tmp_path / str(sequences)
        with tap(module, path, every=1, sequences=sequences) as recorder:
            module(x)[0].pow(2).sum().backward()
            recorder.step()
        with Recording.open(path) as run:
            kept = run.series("model", "sequence")
            assert len(kept) == min(sequences, 50) == run.log10_norms("model").shape[1]
            assert kept[0] == 0 and (sequences == 1 or kept[-1] == 49)
            assert run.check("model") < EXACT and run.about("model")["batch"] == 50

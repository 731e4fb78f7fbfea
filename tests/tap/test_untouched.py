"""A training with the tap is the training without it, to the last bit; and what it records of each
kind of loop proves itself."""

import contextlib
import os
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.checkpoint import checkpoint

from rnn_core.pytorch import tap
from rnn_core.recording import Recording

UPDATES = int(os.environ.get("UNROLL_TAP_UPDATES", "40"))  # 200 were tried
EVERY = 13


class Model(nn.Module):
    """A recurrent encoder and a readout."""

    def __init__(self, kind="LSTM", **settings):
        super().__init__()
        self.encoder = getattr(nn, kind)(3, 4, **settings)
        self.head = nn.Linear(4 * (2 if settings.get("bidirectional") else 1), 2)

    def forward(self, x, hx=None):
        output, state = self.encoder(x, hx)
        return self.head(output), state


class Packed(Model):
    def forward(self, x, hx=None):
        packed = pack_padded_sequence(x, [5, 2, 3], enforce_sorted=False)
        output, state = self.encoder(packed)
        return self.head(pad_packed_sequence(output)[0]), state


class Loop(nn.Module):
    """Two cells, one on the other, with dropout on the way up; PyTorch's cells called by hand."""

    def __init__(self, kind="LSTMCell"):
        super().__init__()
        self.lower, self.upper = getattr(nn, kind)(3, 4), getattr(nn, kind)(4, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x, hx=None):
        a = b = None
        outputs = []
        for x_t in x:
            a = self.lower(x_t, a)
            shown = a[0] if isinstance(a, tuple) else a
            b = self.upper(nn.functional.dropout(shown, 0.2, self.training), b)
            outputs.append(self.head(b[0] if isinstance(b, tuple) else b))
        return torch.stack(outputs), None


class Own(nn.Module):
    """A cell that PyTorch has not."""

    recorder = None

    def __init__(self):
        super().__init__()
        self.W, self.U, self.head = nn.Linear(3, 4), nn.Linear(4, 4, bias=False), nn.Linear(4, 2)

    def forward(self, x, hx=None):
        h = x.new_zeros(x.shape[1], 4)
        outputs = []
        for t, x_t in enumerate(x):
            h = torch.tanh(self.W(x_t) + self.U(h)) * 0.9 + 0.1 * h
            if self.recorder is not None:
                h = self.recorder.state("own", h, t)
            outputs.append(self.head(h))
        return torch.stack(outputs), None


class Twice(Model):
    """The same layer over the sequence and back over its own output."""

    def __init__(self):
        super().__init__("GRU")
        self.up = nn.Linear(4, 3)

    def forward(self, x, hx=None):
        first, _ = self.encoder(x)
        second, state = self.encoder(self.up(first.flip(0)))
        return self.head(second), state


def plainly(model, optimizer, x, y, keep):
    loss = (model(x)[0] - y).pow(2).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    return loss


def last_state(model, optimizer, x, y, keep):
    _, state = model(x)
    h, c = state if isinstance(state, tuple) else (state, None)
    loss = h.pow(2).mean() + (0 if c is None else c.sin().mean())
    loss.backward()
    optimizer.step()
    return loss


def accumulated(model, optimizer, x, y, keep):
    for part in range(3):
        loss = (model(x[:, part : part + 1])[0] - y[:, part : part + 1]).pow(2).mean() / 3
        loss.backward()
    optimizer.step()
    return loss


def two_losses(model, optimizer, x, y, keep):
    out, _ = model(x)
    one, other = (out - y).pow(2).mean(), out.abs().mean()
    one.backward(retain_graph=True)
    other.backward()
    optimizer.step()
    return one + other


def carried(model, optimizer, x, y, keep):
    """Truncated backpropagation: the state goes on, its graph does not."""
    out, state = model(x, keep.get("state"))
    keep["state"] = tuple(s.detach() for s in state)
    loss = (out - y).pow(2).mean()
    loss.backward()
    optimizer.step()
    return loss


def learned_start(model, optimizer, x, y, keep):
    start = keep.setdefault("start", torch.full((2, 1, 3, 4), 0.1, requires_grad=True))
    loss = (model(x, (start[0], start[1]))[0] - y).pow(2).mean()
    loss.backward()
    start.data -= 0.1 * start.grad
    start.grad = None
    optimizer.step()
    return loss


def checkpointed(reentrant):
    def update(model, optimizer, x, y, keep):
        x = x.clone().requires_grad_()
        loss = (checkpoint(lambda a: model(a)[0], x, use_reentrant=reentrant) - y).pow(2).mean()
        loss.backward()
        optimizer.step()
        return loss

    return update


def scaled(dtype):
    def update(model, optimizer, x, y, keep):
        scaler = keep["scaler"]
        # oneDNN has no bfloat16 LSTM for every processor
        with torch.autocast("cpu", dtype), torch.backends.mkldnn.flags(enabled=False):
            out = model(x)[0]
            loss = (out.float() - y).pow(2).mean()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        scaler.step(optimizer)
        scaler.update()
        return loss

    return update


def with_graph(model, optimizer, x, y, keep):
    loss = (model(x)[0] - y).pow(2).mean()
    gradients = torch.autograd.grad(loss, list(model.parameters()), create_graph=True)
    for p, g in zip(model.parameters(), gradients, strict=True):
        p.grad = g.detach()
    optimizer.step()
    return loss


def with_validation(model, optimizer, x, y, keep):
    """A look at the loss without gradients, and one with gradients that nobody follows."""
    model.eval()
    with torch.no_grad():
        model(x + 1)
    model.train()
    model(x - 1)
    return plainly(model, optimizer, x, y, keep)


def inplace(model, optimizer, x, y, keep):
    """The output and the gradients are written into."""
    out, _ = model.encoder(x)
    out = out.mul_(2.0)
    loss = (model.head(out) - y).pow(2).mean()
    loss.backward()
    for p in model.parameters():
        p.grad.mul_(0.5)
    optimizer.step()
    return loss


LOOSE = 0.1  # a bfloat16 training, replayed in float32
CASES = {
    "lstm": (lambda: Model("LSTM", num_layers=2), plainly, {}),
    "gru both ways with dropout": (
        lambda: Model("GRU", num_layers=2, dropout=0.3, bidirectional=True),
        plainly,
        {},
    ),
    "rnn relu": (lambda: Model("RNN", nonlinearity="relu"), plainly, {}),
    "h_n and c_n": (lambda: Model("LSTM", num_layers=2), last_state, {}),
    "packed": (Packed, plainly, {}),
    "lstm cells": (Loop, plainly, {}),
    "gru cells": (lambda: Loop("GRUCell"), plainly, {}),
    "rnn cells": (lambda: Loop("RNNCell"), plainly, {}),
    "own": (Own, plainly, {}),
    "accumulated": (Model, accumulated, {}),
    "accumulated cells": (Loop, accumulated, {}),
    "two backwards": (Model, two_losses, {}),
    "two backwards of cells": (Loop, two_losses, {}),
    "carried": (Model, carried, {}),
    "learned start": (Model, learned_start, {}),
    "called twice": (Twice, plainly, {}),
    "checkpoint": (lambda: Model(num_layers=2, dropout=0.3), checkpointed(False), {}),
    "reentrant checkpoint": (Model, checkpointed(True), {}),
    "bfloat16": (Model, scaled(torch.bfloat16), {"scaler": 2.0**10}),
    "bfloat16 cells": (lambda: Loop("GRUCell"), scaled(torch.bfloat16), {"scaler": 2.0**10}),
    "graph of the gradient": (Model, with_graph, {}),
    "validation": (lambda: Model("GRU"), with_validation, {}),
    "in place": (lambda: Model("GRU"), inplace, {}),
}


def train(make, update, settings, path=None, updates=UPDATES, before=lambda model: model, **more):
    """Losses, weights and generator state after a training of its own seed."""
    torch.manual_seed(5)
    model = before(make())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    keep = {}
    if "scaler" in settings:
        keep["scaler"] = torch.amp.GradScaler("cpu", init_scale=settings["scaler"])
    data = torch.Generator().manual_seed(1)
    losses = []
    with contextlib.ExitStack() as stack:
        recorder = None
        if path is not None:
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("error", module="rnn_core|tests")
            more.setdefault("every", EVERY)
            recorder = stack.enter_context(tap(model, path, scaler=keep.get("scaler"), **more))
            model.recorder = recorder if isinstance(model, Own) else None
        for _ in range(updates):
            x, y = torch.randn(5, 3, 3, generator=data), torch.randn(5, 3, 2, generator=data)
            optimizer.zero_grad()
            loss = update(model, optimizer, x, y, keep)
            losses.append(float(loss.detach()))
            if recorder is not None:
                recorder.step(loss=losses[-1])
    weights = [p.detach().clone() for p in model.parameters()]
    return losses, weights, torch.get_rng_state()


@pytest.mark.filterwarnings("ignore:TF32 acceleration")  # PyTorch, when oneDNN is switched off
@pytest.mark.parametrize("name", CASES)
def test_the_training_is_untouched(tmp_path, name):
    make, update, settings = CASES[name]
    path = tmp_path / "run.unroll"
    alone, tapped = train(make, update, settings), train(make, update, settings, path)
    assert np.isfinite(alone[0]).all() and alone[0] == tapped[0]
    assert all(torch.equal(a, b) for a, b in zip(alone[1], tapped[1], strict=True))
    assert torch.equal(alone[2], tapped[2])

    with Recording.open(path) as run:
        assert run.steps == list(range(1, UPDATES + 1, EVERY))
        assert run.moments.loss.tolist() == alone[0]
        for module in run.modules:
            for k in range(len(run.steps)):
                norms = run.log10_norms(module, step=k)
                assert norms.shape == (5, 6 if name == "called twice" else 3)
                assert np.isfinite(norms[~np.isnan(norms)]).any()
                if module != "own":
                    assert run.check(module, step=k) < (LOOSE if "bfloat" in name else 1e-5)

"""Speed of the cells against PyTorch, side by side in one run on one thread.

    RNN        torch's fused nn.RNN, which cannot say what happened at each step
    LSTM, GRU  torch's cell in a loop with retain_grad on every state

Everyone runs forward and backward from the same weights, inputs and loss and returns the gradients
of all parameters; ours, and the cell loops, return ‖∂L/∂h_t‖ (for the LSTM ‖∂L/∂(h_t, c_t)‖) for
every step and sequence too. The answers are compared before anything is timed. Rounds alternate.

Bars (B=32, H=64, T=100): RNN 2.5×, LSTM and GRU 1.9× in float64 and 2.7× in float32.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from benchmarks.report import arguments, beside_torch, in_turns
from rnn_core import RNNConfig, inputs, parameters, sweep
from rnn_core.cells import CELLS
from rnn_core.flow.forward import forward
from rnn_core.flow.losses import Direct, directions
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.pytorch.weights import to_torch

CONFIG = RNNConfig(hidden_size=64, batch_size=32, seq_len=100, loss_at="every")
CASES = (
    ("vanilla", "float64", 2.5),
    ("vanilla", "float32", 2.5),
    ("lstm", "float64", 1.9),
    ("lstm", "float32", 2.7),
    ("gru", "float64", 1.9),
    ("gru", "float32", 2.7),
)


def in_precision(params: Parameters, precision: str) -> Parameters:
    """The same parameters as arrays of this precision."""
    arrays = {k: v.astype(precision) for k, v in vars(params).items() if isinstance(v, np.ndarray)}
    return replace(params, **arrays)


def ours(config, params, x, v):
    trace = forward(config, params, x)
    swept = sweep(trace.tape, Direct(v))
    return log10_norm(swept.delta, swept.exponent), trace.tape.gradients(swept.delta)


def fused(rnn, x, v):
    """nn.RNN: no norms, since `out` is not part of the recurrence."""
    rnn.zero_grad()
    out, _ = rnn(x)
    (v * out).sum().backward()
    return None, {"W_h": rnn.weight_hh_l0.grad}


def cell_loop(cell, x, v):
    cell.zero_grad()
    lstm = isinstance(cell, torch.nn.LSTMCell)
    state, states, loss = None, [], 0.0
    for x_t, v_t in zip(x, v, strict=True):
        state = cell(x_t, state)
        if lstm:
            # Without the copy c's gradient would count its way through this step's own h too.
            state = (state[0], state[1].clone())
        parts = state if lstm else (state,)
        for part in parts:
            part.retain_grad()
        states.append(parts)
        loss = loss + (v_t * parts[0]).sum()
    loss.backward()
    squares = [
        torch.stack([p.grad if p.grad is not None else torch.zeros_like(p) for p in group])
        .square()
        .sum(dim=-1)
        for group in zip(*states, strict=True)
    ]
    return sum(squares).sqrt(), {"W_h": cell.weight_hh.grad}


def measure(cell: str, precision: str, rounds: int) -> dict[str, float]:
    """Median seconds of ours and of PyTorch's."""
    config = replace(CONFIG, cell=cell)
    params = in_precision(parameters(config), precision)
    x = inputs(config).astype(precision)
    v = np.ascontiguousarray(directions(config, config.seq_len)[::-1]).astype(precision)
    module = to_torch(cell, params)
    if CELLS[cell].torch_module == "RNNCell":
        rnn = torch.nn.RNN(config.input_size, config.hidden_size).to(module.weight_hh.dtype)
        with torch.no_grad():
            rnn.weight_hh_l0.copy_(module.weight_hh)
            rnn.weight_ih_l0.copy_(module.weight_ih)
            rnn.bias_hh_l0.copy_(module.bias_hh)
            rnn.bias_ih_l0.copy_(module.bias_ih)
        name, peer, module = "nn.RNN, fused", fused, rnn
    else:
        name, peer = "cell loop", cell_loop
    tx, tv = torch.tensor(x), torch.tensor(v)
    norms, grads = ours(config, params, x, v)
    their_norms, their_grads = peer(module, tx, tv)
    close = {"rtol": 1e-8} if precision == "float64" else {"rtol": 2e-3, "atol": 1e-2}
    assert np.allclose(grads["W_h"], their_grads["W_h"].numpy(), **close)
    if their_norms is not None:
        assert np.allclose(10**norms, their_norms.numpy(), **close)
    contestants = {
        "ours": lambda: ours(config, params, x, v),
        name: lambda: peer(module, tx, tv),
    }
    return in_turns(contestants, rounds)


def main() -> None:
    torch.set_num_threads(1)
    args = arguments(__doc__, rounds=30)
    beside_torch("B=32 H=64 T=100, forward and backward", CASES, measure, args)


if __name__ == "__main__":
    main()

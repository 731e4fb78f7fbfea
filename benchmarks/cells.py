"""Speed of the cells against PyTorch, side by side in one run on one thread.

    RNN        torch's fused nn.RNN, which cannot say what happened at each step
    LSTM, GRU  torch's cell in a loop with retain_grad on every state

Everyone runs forward and backward from the same weights, inputs and loss and returns the gradients
of all parameters; ours, and the cell loops, return ‖∂L/∂h_t‖ (for the LSTM ‖∂L/∂(h_t, c_t)‖) for
every step and sequence too. The answers are compared before anything is timed. Rounds alternate.

Bars (B=32, H=64, T=100): RNN 2.5×, LSTM and GRU 1.9× in float64 and 2.7× in float32.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ui import boot

boot.prepare_blas()  # the app's own choice; NumPy must not be imported before it

import numpy as np
import torch
from threadpoolctl import threadpool_info

from rnn_core import RNNConfig, inputs, parameters, sweep
from rnn_core.forward import forward
from rnn_core.logdomain import log10_norm
from rnn_core.losses import Direct, directions
from rnn_core.torch_cells import to_torch
from rnn_core.weights import Parameters

CONFIG = RNNConfig(hidden_size=64, batch_size=32, seq_len=100, loss_at="every")
CASES = (
    ("vanilla", np.float64, 2.5),
    ("vanilla", np.float32, 2.5),
    ("lstm", np.float64, 1.9),
    ("lstm", np.float32, 2.7),
    ("gru", np.float64, 1.9),
    ("gru", np.float32, 2.7),
)


def in_precision(params: Parameters, dtype) -> Parameters:
    """The same parameters as arrays of `dtype`."""
    arrays = {k: v.astype(dtype) for k, v in vars(params).items() if isinstance(v, np.ndarray)}
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


def measure(cell: str, dtype, rounds: int) -> tuple[float, float]:
    """Median seconds of ours and of PyTorch's."""
    config = replace(CONFIG, cell=cell)
    params = in_precision(parameters(config), dtype)
    x = inputs(config).astype(dtype)
    v = np.ascontiguousarray(directions(config, config.seq_len)[::-1]).astype(dtype)
    module = to_torch(cell, params)
    if cell == "vanilla":
        rnn = torch.nn.RNN(config.input_size, config.hidden_size).to(module.weight_hh.dtype)
        with torch.no_grad():
            rnn.weight_hh_l0.copy_(module.weight_hh)
            rnn.weight_ih_l0.copy_(module.weight_ih)
            rnn.bias_hh_l0.copy_(module.bias_hh)
            rnn.bias_ih_l0.copy_(module.bias_ih)
        peer, module = fused, rnn
    else:
        peer = cell_loop
    tx, tv = torch.tensor(x), torch.tensor(v)
    norms, grads = ours(config, params, x, v)
    their_norms, their_grads = peer(module, tx, tv)
    close = {"rtol": 1e-8} if dtype == np.float64 else {"rtol": 2e-3, "atol": 1e-2}
    assert np.allclose(grads["W_h"], their_grads["W_h"].numpy(), **close)
    if their_norms is not None:
        assert np.allclose(10**norms, their_norms.numpy(), **close)
    times: tuple[list, list] = ([], [])
    contestants = (lambda: ours(config, params, x, v), lambda: peer(module, tx, tv))
    for _ in range(rounds):
        for taken, run in zip(times, contestants, strict=True):
            run()  # the previous contestant has the caches
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return float(np.median(times[0])), float(np.median(times[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    torch.set_num_threads(1)
    report = []
    for cell, dtype, bar in CASES:
        own, peer = measure(cell, dtype, args.rounds)
        name = np.dtype(dtype).name
        report.append({"cell": cell, "dtype": name, "ms": 1e3 * own, "torch_ms": 1e3 * peer,
                       "ratio": peer / own, "bar": bar})  # fmt: skip
    if args.json:
        print(json.dumps(report, indent=1))
        return
    kernels = {
        lib.get("architecture") for lib in threadpool_info() if "numpy" in lib.get("filepath", "")
    }
    forced = os.environ.get("OPENBLAS_CORETYPE")
    print(
        f"B=32 H=64 T=100, forward and backward; NumPy's BLAS runs {', '.join(map(str, kernels))} "
        f"kernels{f' (OPENBLAS_CORETYPE={forced})' if forced else ''}"
    )
    for row in report:
        peer = "nn.RNN, fused" if row["cell"] == "vanilla" else "cell loop"
        met = "met" if row["ratio"] >= row["bar"] else "MISSED"
        print(
            f"  {row['cell']:8}{row['dtype']:9}{row['ms']:7.2f} ms, PyTorch's {peer:14}"
            f"{row['torch_ms']:7.2f} ms: {row['ratio']:4.1f}× (bar {row['bar']}: {met})"
        )


if __name__ == "__main__":
    main()

"""Speed of the engine against two peers, side by side in one run on one BLAS thread.

    loop      the tutorial way: NumPy, one trial after the other, one step after the other
    autograd  PyTorch, the batch unrolled as a cell with retain_grad on every state

Every contestant gets the same weights, inputs and loss, runs forward and backward, and returns
‖∂L/∂h_t‖ for every step and sequence; ours returns log₁₀ of it, exact at any depth. The peers'
answers are checked against ours before anything is timed. Rounds alternate between contestants, so
that a busy machine slows all of them; medians and their ratios are printed.

Bars (H=64, B=20, T=80): 10× the loop and 5× autograd, without AVX-512 5× and 2.5×; T=500, H=128:
4.5× and 3.5×. What counts is which kernels NumPy's BLAS runs, and the first line says so: with
OPENBLAS_CORETYPE=Haswell in the environment it leaves AVX-512 alone, while PyTorch does not.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.report import arguments, blas, in_turns, kernels, tell, verdict
from rnn_core import RNNConfig, direct_gradient, gradient_flow, inputs, parameters
from rnn_core.cells.additive import unroll
from rnn_core.flow.sweep import sweep_back
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import log10_norm

CASES = [
    (RNNConfig(hidden_size=64, batch_size=20, seq_len=80), 10.0, 5.0),
    (RNNConfig(hidden_size=128, batch_size=20, seq_len=500), 4.5, 3.5),
]
WITHOUT_AVX512 = (5.0, 2.5)


def ours(params, x, v):
    """Forward and backward by rnn_core, log domain on."""
    work = np.empty((3, *x.shape[:2], len(params.W_h)))
    trace = unroll(params, x, ACTIVATIONS["tanh"], work[:2])
    sweep = sweep_back(params, trace.dphi, v, work[2])
    return log10_norm(sweep.delta, sweep.exponent)


def loop(params, x, v):
    """The tutorial: for each trial, for each step."""
    T, B, _ = x.shape
    norms = np.zeros((T, B))
    for b in range(B):
        h = np.zeros(params.W_h.shape[0])
        states = []
        for t in range(T):
            h = np.tanh(params.W_h @ h + params.W_x @ x[t, b] + params.b_h)
            states.append(h)
        delta = v[b]
        for t in range(T - 1, -1, -1):
            norms[t, b] = np.linalg.norm(delta)
            delta = params.W_h.T @ (delta * (1 - states[t] ** 2))
    return norms


def autograd(W_h, W_x, b_h, x, v):
    """PyTorch: unrolled cell, retain_grad on every state, norms of the gradients."""
    for weight in (W_h, W_x, b_h):
        weight.grad = None
    h = torch.zeros(x.shape[1], W_h.shape[0], dtype=x.dtype)
    states = []
    for x_t in x:
        h = torch.tanh(h @ W_h.T + x_t @ W_x.T + b_h)
        h.retain_grad()
        states.append(h)
    (v * h).sum().backward()
    return torch.stack([state.grad for state in states]).norm(dim=-1)


def measure(config: RNNConfig, rounds: int) -> dict[str, float]:
    """Median seconds of each contestant on `config`."""
    params, x = parameters(config), inputs(config)
    direct = direct_gradient(config, params, unroll(params, x, ACTIVATIONS["tanh"]))
    v = np.ascontiguousarray(direct.value[0])
    weights = [
        torch.tensor(np.array(w), requires_grad=True) for w in (params.W_h, params.W_x, params.b_h)
    ]
    tx, tv = torch.tensor(x), torch.tensor(v)
    contestants = {
        "ours": lambda: ours(params, x, direct),
        "ours, from the config": lambda: gradient_flow(config).log10_norms,
        "loop": lambda: loop(params, x, v),
        "autograd": lambda: autograd(*weights, tx, tv).numpy(),
    }
    truth = 10 ** contestants["ours"]()
    assert np.allclose(loop(params, x, v), truth, rtol=1e-8)
    assert np.allclose(contestants["autograd"](), truth, rtol=1e-8)
    return in_turns(contestants, rounds)


def table(report: list[dict]) -> str:
    lines = [f"{blas()}; float64, one thread, medians over alternating rounds"]
    for row in report:
        lines.append(row["case"])
        lines += [f"  {name:<22} {ms:8.2f} ms" for name, ms in row["ms"].items()]
        for peer in ("loop", "autograd"):
            ratio, bar = row[peer], row[f"{peer}_bar"]
            lines.append(f"  {ratio:5.1f} times as fast as the {peer} {verdict(bar, ratio >= bar)}")
    return "\n".join(lines)


def main() -> None:
    args = arguments(__doc__, rounds=40)
    torch.set_num_threads(1)
    report = []
    for config, loop_bar, autograd_bar in CASES:
        if kernels() in ("Haswell", "Zen", "Sandybridge") and config.seq_len == 80:
            loop_bar, autograd_bar = WITHOUT_AVX512
        rounds = args.rounds if config.seq_len < 200 else max(args.rounds // 4, 5)
        seconds = measure(config, rounds)
        report.append(
            {
                "case": f"H={config.hidden_size} B={config.batch_size} T={config.seq_len}",
                "ms": {name: 1e3 * s for name, s in seconds.items()},
                "loop": seconds["loop"] / seconds["ours"],
                "loop_bar": loop_bar,
                "autograd": seconds["autograd"] / seconds["ours"],
                "autograd_bar": autograd_bar,
            }
        )
    tell(report, table, args)


if __name__ == "__main__":
    main()

"""Speed of diagonal recurrences over a long sequence, side by side in one run on one thread.

    plain loop  the cell's own step and vjp, one step after the other
    PyTorch     the cell's step on tensors in a loop, with retain_grad on every state

Everyone runs forward and backward from the same weights, inputs and loss, and returns ‖∂L/∂h_t‖ of
every step and the gradients of all parameters. The answers are compared before anything is timed.
Rounds alternate.

Bars (H=64, T=1000): with one sequence 3× the plain loop and 8× PyTorch.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from benchmarks.report import arguments, blas, in_turns
from rnn_core import RNNConfig, inputs, parameters, sweep
from rnn_core.cells import CELLS
from rnn_core.cells.stepwise import unroll_stepwise
from rnn_core.flow.forward import forward
from rnn_core.flow.losses import Direct, directions
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.pytorch.functions import functions

# Open gates, so that the gradient stays a plain number, and can be compared, over all steps.
CONFIG = RNNConfig(
    hidden_size=64, seq_len=1000, keep_bias=6.0, lambda_low=0.99, u_low=0.99, input_scale=0.1
)
BATCHES = 1, 8


def back(trace, v):
    swept = sweep(trace.tape, Direct(v))
    return log10_norm(swept.delta, swept.exponent), trace.tape.gradients(swept.delta)


def by_torch(config, params, x, v):
    cell, how = config.cell_used, functions(config.activation_used)
    weights = {
        name: torch.tensor(getattr(params, name), requires_grad=True) for name in cell.learned
    }
    state = torch.zeros(config.batch_size, config.hidden_size, dtype=torch.float64)
    states = []
    for x_t in torch.tensor(x):
        state = cell.torch_step(weights, params, how, x_t, state)[0]
        state.retain_grad()
        states.append(state)
    (torch.tensor(v[-1]) * states[-1]).sum().backward()
    norms = torch.stack([s.grad for s in states]).norm(dim=-1)
    return norms.log10().numpy(), {name: w.grad.numpy() for name, w in weights.items()}


def measure(cell: str, batch: int, rounds: int) -> dict[str, float]:
    """Median seconds of the fast path, the plain loop and PyTorch."""
    config = replace(CONFIG, cell=cell, batch_size=batch)
    params, x, v = parameters(config), inputs(config), directions(config, 1)
    phi = ACTIVATIONS[config.activation_used]
    contestants = {
        "fast": lambda: back(forward(config, params, x), v),
        "plain loop": lambda: back(unroll_stepwise(CELLS[cell], params, x, phi), v),
        "PyTorch": lambda: by_torch(config, params, x, v),
    }
    norms, grads = contestants["fast"]()
    for other in ("plain loop", "PyTorch"):
        theirs, their_grads = contestants[other]()
        seen = theirs > -100
        assert np.allclose(norms[seen], theirs[seen], atol=1e-8), (cell, other)
        for name, grad in grads.items():
            assert np.allclose(grad, their_grads[name], rtol=1e-7, atol=1e-9), (cell, other, name)
    return in_turns(contestants, rounds)


def main() -> None:
    torch.set_num_threads(1)
    args = arguments(__doc__, rounds=5)
    for batch in BATCHES:
        print(f"H=64 T=1000 B={batch}, forward and backward; {blas()}")
        for name, cell in CELLS.items():
            if not cell.diagonal:
                continue
            found = measure(name, batch, args.rounds)
            fast = found.pop("fast")
            ratios = ", ".join(f"{other} {time / fast:.1f}×" for other, time in found.items())
            print(f"  {cell.label:15} {1e3 * fast:7.1f} ms; {ratios}")


if __name__ == "__main__":
    main()

"""Speed of the grid of initialisations × activations, and of what its page does with it.

    python -m benchmarks.engine.grid [--rounds 15] [--json]

    draw      W_0 of every initialisation, its eigenvalues too: once per seed and hidden size
    one, two  gradient_grid of all panels on one and on two Python threads
    page      what a slider move asks of the page besides: figure, sentences and packing

Every round has a scale of its own, as a moving slider has; the drawings are remembered. Bar: 60 ms
of engine time for the 8 × 5 grid at H=64, T=60, B=8.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from benchmarks.report import arguments, blas, tell, verdict
from rnn_core import RNNConfig
from rnn_core.network import base_matrix, initialisations
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.studies.grid import WIDE, GradientGrid, _panel, gradient_grid
from ui.initialisation import figures, words
from ui.live import wire

INITS, PHIS = tuple(initialisations.INITIALISATIONS), tuple(ACTIVATIONS)
BAR = 60.0  # ms
CASES = {
    "H=64 T=60 B=8": {},
    "H=64 T=200 B=8": {"seq_len": 200},
    "H=64 T=1000 B=8": {"seq_len": 1000},
    "H=256 T=60 B=8": {"hidden_size": 256},
    "H=64 T=60 B=8, no input": {"input": "zeros"},
}


def draw(config: RNNConfig) -> None:
    for init in INITS:
        base_matrix.base_matrix.cache_clear()
        base_matrix.base_matrix(init, config.hidden_size, config.seed)
        base_matrix.base_eigenvalues(init, config.hidden_size, config.seed)


def on_threads(config: RNNConfig, pool: ThreadPoolExecutor | None) -> GradientGrid:
    """gradient_grid, with the threads chosen here instead of by WIDE."""
    configs = [replace(config, init=i, activation=a) for i in INITS for a in PHIS]
    panels = tuple(pool.map(_panel, configs) if pool else map(_panel, configs))
    return GradientGrid(config, INITS, PHIS, panels)


def page(grid: GradientGrid) -> bytes:
    drawn = figures.panels(grid, whole=False, selected=("orthogonal", "tanh"))
    texts = figures.texts(
        grid,
        factor=words.panel_factor,
        horizon=words.panel_horizon,
        end=lambda panel: words.panel_end(panel, figures.WINDOW),
        label=words.panel_label,
    )
    return wire.pack(drawn | texts | {"summary": words.summary(grid)}, {"seq": 1})


def seconds(run, rounds: int, base: RNNConfig) -> float:
    """Median time of `run(config)` over scales from 0.2 to 2."""
    times = []
    for gain in np.linspace(0.2, 2.0, rounds):
        config = replace(base, gain=float(gain))
        start = time.perf_counter()
        run(config)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def measure(base: RNNConfig, rounds: int) -> dict[str, float]:
    start = time.perf_counter()
    draw(base)
    drawing = time.perf_counter() - start
    with ThreadPoolExecutor(2) as pool:
        two = seconds(lambda c: on_threads(c, pool), rounds, base)
    one = seconds(lambda c: on_threads(c, None), rounds, base)
    grid = gradient_grid(base, INITS, PHIS)
    drawn = seconds(lambda c: page(grid), rounds, base)
    found = {"draw": drawing, "one": one, "two": two, "page": drawn}
    return {name: 1e3 * value for name, value in found.items()}


def table(report: dict[str, dict[str, float]]) -> str:
    first, one = next((name, ms["one"]) for name, ms in report.items())
    return "\n".join(
        [
            f"{blas()}; {len(INITS)} × {len(PHIS)} panels, medians in ms; "
            f"the app takes a second thread from H={WIDE}",
            f"{'':26}" + "".join(f"{name:>9}" for name in report[first]),
            *(
                f"{name:26}" + "".join(f"{v:9.1f}" for v in ms.values())
                for name, ms in report.items()
            ),
            f"{first} on one thread: {one:.1f} ms {verdict(BAR, one <= BAR)}",
        ]
    )


def main() -> None:
    args = arguments(__doc__, rounds=15)
    report = {}
    for name, changes in CASES.items():
        rounds = args.rounds if changes in ({}, {"input": "zeros"}) else max(args.rounds // 5, 2)
        report[name] = measure(RNNConfig(batch_size=8, **changes), rounds)
    tell(report, table, args)


if __name__ == "__main__":
    main()

"""What the benchmarks of the engine share: arguments, contestants in turns, and how results read.

To be imported after `ui.server.boot.prepare_blas()`, since it imports NumPy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info


def arguments(doc: str, rounds: int) -> argparse.Namespace:
    """--rounds and --json; `doc` is the benchmark's own docstring."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args()


def in_turns(
    contestants: dict[str, Callable[[], object]], rounds: int, calls: int = 1
) -> dict[str, float]:
    """Median seconds of a call of each contestant, timed over `calls` calls a round.

    They take turns, so that a busy machine slows all of them."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            run()  # the previous contestant has the caches
            start = time.perf_counter()
            for _ in range(calls):
                run()
            times[name].append((time.perf_counter() - start) / calls)
    return {name: float(np.median(taken)) for name, taken in times.items()}


def kernels() -> str:
    """The processor type whose kernels NumPy's BLAS runs: "SkylakeX" means AVX-512."""
    numpy_blas = [lib for lib in threadpool_info() if "numpy" in lib.get("filepath", "")]
    return numpy_blas[0].get("architecture", "unknown") if numpy_blas else "unknown"


def blas() -> str:
    """What NumPy's BLAS runs on this machine, and whether it was told to."""
    forced = os.environ.get("OPENBLAS_CORETYPE")
    return f"NumPy's BLAS runs {kernels()} kernels" + (
        f" (OPENBLAS_CORETYPE={forced})" if forced else ""
    )


def processor() -> str:
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):  # not on macOS and Windows
        return platform.processor() or platform.machine()


def machine() -> dict[str, str | int | float]:
    """What was measured on, and how busy it was before."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "kernels": kernels(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def on(found: dict[str, str | int | float]) -> str:
    """`machine()` in a line."""
    return (
        f"{found['processor']}, {found['cores']} cores, {blas()}, "
        f"load before {found['load_before']}"
    )


def verdict(bar: float, met: bool) -> str:
    return f"(bar {bar:g}: {'met' if met else 'MISSED'})"


def tell(report: list | dict, table: Callable[..., str], args: argparse.Namespace) -> None:
    """Print the report as JSON if it was asked for, and else as `table` writes it."""
    print(json.dumps(report, indent=1) if args.json else table(report))


def beside_torch(
    what: str,
    cases: Sequence[tuple[str, str, float]],
    measure: Callable[[str, str, int], dict[str, float]],
    args: argparse.Namespace,
) -> None:
    """Measure and print ours beside PyTorch's for each case (cell, precision, bar of the ratio).

    `measure(cell, precision, rounds)` gives the seconds of both by name, ours first."""
    report = []
    for cell, precision, bar in cases:
        (_, own), (peer, theirs) = measure(cell, precision, args.rounds).items()
        report.append(
            {
                "cell": cell,
                "dtype": precision,
                "ms": 1e3 * own,
                "peer": peer,
                "torch_ms": 1e3 * theirs,
                "ratio": theirs / own,
                "bar": bar,
            }
        )

    def table(report: list[dict]) -> str:
        lines = [
            f"  {row['cell']:8}{row['dtype']:9}{row['ms']:7.2f} ms, PyTorch's {row['peer']:14}"
            f"{row['torch_ms']:7.2f} ms: {row['ratio']:5.2f}× "
            f"{verdict(row['bar'], row['ratio'] >= row['bar'])}"
            for row in report
        ]
        return "\n".join([f"{what}; {blas()}", *lines])

    tell(report, table, args)

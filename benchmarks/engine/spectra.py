"""Speed of the Lyapunov spectrum against QR after every step, side by side on one BLAS thread.

    each step  the textbook loop: Q, R = qr(J_t Q), as bare as NumPy allows
    ours       rnn_core.jacobians.lyapunov: QR as seldom as the columns stand, in one or two frames

H=64, T=1000, all 64 exponents, the same starting frame and warm-up. The largest difference of any
exponent is printed, and how far ours are from summing to the mean ln |det J|.

Bars: 3 times as fast with a difference below 1e-9 for the app's own network and for Gaussian
weights of gain 1. Beyond, the weakest directions shrink so much faster than the strongest that a
few steps, and at gain 3 often one, use up what float64 can tell apart: no bar there.
"""

from __future__ import annotations

import numpy as np

from benchmarks.report import arguments, in_turns, tell
from rnn_core import RNNConfig, gradient_flow
from rnn_core.jacobians.lyapunov import Chain, spectrum

H, T, WARM_UP = 64, 1000, 100
CASES = [
    ("orthogonal, gain 1", {}, 3.0),
    ("Gaussian, gain 1", {"init": "gaussian"}, 3.0),
    ("Gaussian, gain 1.5", {"init": "gaussian", "gain": 1.5}, None),
    ("Gaussian, gain 3", {"init": "gaussian", "gain": 3.0}, None),
    ("ReLU, orthogonal, gain 1", {"activation": "relu"}, None),
]
LARGEST_ERROR = 1e-9


def each_step(dphi, W_h, start):
    """Exponents (H,), descending, by QR after each step."""
    logs = np.empty((len(dphi), len(W_h)))
    Q = start
    for t, slope in enumerate(dphi[:, :, None]):
        Q, R = np.linalg.qr(slope * (W_h @ Q))
        logs[t] = np.abs(np.diagonal(R))
    with np.errstate(divide="ignore"):
        return -np.sort(-np.log(logs[WARM_UP:]).mean(axis=0))


def measure(settings: dict, rounds: int) -> dict:
    """Median milliseconds of both contestants, and how far they are apart."""
    flow = gradient_flow(RNNConfig(hidden_size=H, seq_len=T, batch_size=1, **settings))
    dphi, W_h = np.ascontiguousarray(flow.dphi[:, 0]), flow.params.W_h
    start = np.linalg.qr(np.random.default_rng(0).standard_normal((H, H)))[0]

    def ours():
        return spectrum(Chain.vanilla(dphi, W_h), start=start, warm_up=WARM_UP)

    contestants = {"each step": lambda: each_step(dphi, W_h, start), "ours": ours}
    answers = {name: run() for name, run in contestants.items()}
    found, plain = answers["ours"], answers["each step"]
    ms = {name: 1e3 * s for name, s in in_turns(contestants, rounds).items()}
    finite = np.isfinite(found.exponents)
    return {
        "ms": ms,
        "ratio": ms["each step"] / ms["ours"],
        "error": float(np.abs(found.exponents[finite] - plain[finite]).max()),
        "sum_error": float(abs(found.exponents.sum() - found.log_abs_det))
        if finite.all()
        else None,
        "interval": found.interval,
        "split": found.split,
        "singular": int((~finite).sum()),
    }


def table(report: list[dict]) -> str:
    lines = [f"H={H}, T={T}, {H} exponents; float64, one thread, medians over alternating rounds"]
    for row in report:
        frames = "one frame" if row["split"] is None else f"{row['split']} + {H - row['split']}"
        lines.append(f"{row['case']}: QR every {row['interval']:.1f} steps, {frames}")
        lines += [f"  {name:<12} {ms:8.1f} ms" for name, ms in row["ms"].items()]
        if row["sum_error"] is not None:
            more = f", ours off mean ln|det J| by {row['sum_error']:.1e}"
        else:
            more = f" in the {H - row['singular']} exponents that are finite"
        lines.append(f"  largest difference {row['error']:.1e}{more}")
        verdict = f"  {row['ratio']:.1f} times as fast"
        if row["bar"]:
            met = row["ratio"] >= row["bar"] and row["error"] <= LARGEST_ERROR
            verdict += (
                f" (bar {row['bar']:g}, within {LARGEST_ERROR:g}: {'met' if met else 'MISSED'})"
            )
        lines.append(verdict)
    return "\n".join(lines)


def main() -> None:
    args = arguments(__doc__, rounds=8)
    report = [
        {"case": name, "bar": bar, **measure(settings, args.rounds)}
        for name, settings, bar in CASES
    ]
    tell(report, table, args)


if __name__ == "__main__":
    main()

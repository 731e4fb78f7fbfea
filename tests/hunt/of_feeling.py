"""What is said of the gradient of the parameters, beside the dots, bars and curves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tests.hunt.numbers import PERCENT, N, is_share
from tests.hunt.reading import Page, find, number, plain

SENSITIVE = 2.0  # log₁₀ κ


def the_parts(page: Page) -> Iterator[str]:
    """Which feels it most and least, and how old that is, beside the dots and the bars."""
    if "felt" not in page.charts:
        return
    chart = page.charts["felt"]
    *bars, dots = chart.data
    names, norms = [plain(name) for name in dots["y"]], np.asarray(dots["x"], float)
    shares = np.array([np.asarray(bar["x"], float) for bar in bars])
    whole = shares.sum(axis=0)
    if not all(abs(sum_ - 100) < 1e-3 or sum_ == 0 for sum_ in whole):
        yield f"the bars add up to {whole} %"
    text, alive = chart.caption, np.isfinite(norms)
    if "is exactly 0, all of it" in text:
        if alive.any():
            yield f"{text} beside {dict(zip(names, norms, strict=True))}"
        return
    got = find(rf"^(.+?) feels it most, {N} \(sequence \d+", text)
    if got is None or got[0] not in names:
        yield f"a caption that cannot be read: {text}"
        return
    at = names.index(got[0])
    if norms[at] < np.nanmax(norms) - 1e-5 or not number(got[1]).means(norms[at], 1e-4):
        yield f"{text} beside {dict(zip(names, norms, strict=True))}"
    low = find(rf"\), (.+?) least, {N}", text)
    if low is None:
        if alive.sum() > 1 and np.ptp(norms[alive]) > 1e-5:
            yield f"{text} names no least beside {norms}"
    else:
        least = norms[names.index(low[0])]
        if least > np.nanmin(norms) + 1e-5 or not number(low[1]).means(least, 1e-4):
            yield f"{text} beside {dict(zip(names, norms, strict=True))}"
    dead = find(r"; (\d+) (?:is|are) exactly 0", text)
    if (int(dead[0]) if dead else 0) != int((~alive).sum()):
        yield f"{text} beside {norms}"
    ages = find(rf"{PERCENT} are of the last step and {PERCENT} of", text)
    if ages is None:
        yield f"a caption without ages: {text}"
    elif not (is_share(ages[0], shares[0, at] / 100) and is_share(ages[1], shares[-1, at] / 100)):
        yield f"{text} beside {shares[:, at]}"


def the_knob(page: Page) -> Iterator[str]:
    """The ends and the largest of the curve that moves most, the law, and where κ is 100."""
    if "longer_memory" not in page.charts:
        return
    chart = page.charts["longer_memory"]
    lines = {plain(str(t["name"])): np.asarray(t["y"], float) for t in chart.data}
    kappa = lines.pop(next(name for name in lines if name.startswith("κ")))
    laws = {n.removesuffix(", law"): y for n, y in lines.items() if n.endswith(", law")}
    curves = {n: y for n, y in lines.items() if not n.endswith(", law")}
    text = chart.caption
    if "No setting leaves" not in text:
        holes = not all(np.isfinite(y).all() for y in (kappa, *laws.values(), *curves.values()))
        if holes != ("is not drawn" in text):
            yield f"{text} beside {lines} and κ of {kappa}"
        got = find(rf"the gradient of (.+?) goes from {N} to {N}", text)
        if got is None or got[0] not in curves:
            yield f"a caption that cannot be read: {text}"
            return
        curve = curves[got[0]][np.isfinite(curves[got[0]])]
        if not (number(got[1]).means(curve[0], 1e-4) and number(got[2]).means(curve[-1], 1e-4)):
            yield f"{text} beside {curve}"
        top = find(rf"is largest at \S+, {N}", text)
        if top and not number(top[0]).means(float(curve.max()), 1e-4):
            yield f"{text} beside {curve}"
        if not top and curve.max() > max(curve[0], curve[-1]) + 1e-5:
            yield f"{text} passes over 10^{curve.max()}"
    off = [np.abs(curves[n] - law)[np.isfinite(curves[n] - law)].max() for n, law in laws.items()]
    right = find(rf"right to within ×{N}", text)
    if right and not number(right[0]).means(float(max(off)), 0.03):
        yield f"{text} beside laws that are off by {off}"
    high = int((kappa >= SENSITIVE - 1e-6).sum())
    if "at every setting" in text:
        if high < len(kappa):
            yield f"{text} beside κ of {kappa}"
    elif got := find(r"Sensitive, κ ≥ 100, at .*? ((?:[−\d.]+(?:, )?)+)\.$", text):
        if len(got[0].split(", ")) != high:
            yield f"{text} beside κ of {kappa}"
    elif high or ("κ is" not in text and np.isfinite(kappa).any()):
        yield f"{text} beside κ of {kappa}"
    elif got := find(rf"κ is {N} at most", text):
        if not number(got[0]).means(float(np.nanmax(kappa)), 1e-4) and math.isfinite(kappa.max()):
            yield f"{text} beside κ of {kappa}"


RELATIONS = (the_parts, the_knob)

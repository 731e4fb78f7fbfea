"""One neuron: the sentences beside a pass that is worked out here, number by number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.hunt.numbers import COUNT, PERCENT, N, is_share, whole
from tests.hunt.reading import Page, find, number, plain


@dataclass(frozen=True)
class Pass:
    """Both ways through one unit, in plain numbers."""

    x: list[float]
    h: list[float]  # h_0 first
    slope: list[float]
    y: float
    dz: list[float]

    def terms(self, name: str) -> np.ndarray:
        past = self.x if name == "w_in" else self.h[:-1]
        return np.array([d * p for d, p in zip(self.dz, past, strict=True)])


def worked_out(page: Page) -> Pass:
    w_in, w_h, w_out = (page.values[name] for name in ("w_in", "w_h", "w_out"))
    phi, slope = FUNCTIONS[page.values["neuron_activation"]]
    x = [float(bit) for bit in page.values["bits"]]
    h, z = [0.0], []
    for value in x:
        z.append(w_in * value + w_h * h[-1])
        h.append(phi(z[-1]))
    y = w_out * h[-1]
    delta, dz = w_out * (y - x[0]), []
    for value in reversed(z):
        dz.append(delta * slope(value))
        delta = w_h * dz[-1]
    return Pass(x, h, [slope(v) for v in z], y, dz[::-1])


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


FUNCTIONS = {
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * _sigmoid(-z)),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
    "linear": (lambda z: z, lambda z: 1.0),
}


def the_title(page: Page) -> Iterator[str]:
    """Long-term against short-term."""
    p, title, T = worked_out(page), page.heading(), len(page.values["bits"])
    terms = p.terms("w_in")
    if got := find(rf"(Short|Long)-term {N}× stronger", title):
        ratio = abs(terms[-1] / terms[0]) if got[0] == "Short" else abs(terms[0] / terms[-1])
        if not number(got[1], 2).is_number(ratio, 1e-3):
            yield f"“{title}” beside {ratio}"
    if title == "Every term is 0" and (terms.any() or p.terms("w_h").any()):
        yield f"“{title}” beside {terms}"
    if "term term is 0" in title and terms[0 if "Long" in title or "long" in title else -1]:
        yield f"“{title}” beside {terms}"
    if "= short-term" in title and abs(abs(terms[-1] / terms[0]) - 1) > 0.006:
        yield f"“{title}” beside {terms}"
    facts = page.facts()
    if not number(facts["output y"].split(",")[0]).is_number(p.y, 1e-6):
        yield f"{facts} beside {p.y}"
    if facts["output y"].endswith("right") != (abs(p.y - p.x[0]) < 0.5):
        yield f"{facts} beside {p.y} of {p.x[0]}"
    if (got := find(rf"that is {PERCENT} against {PERCENT}", page.text("verdict"))) and T > 1:
        share = np.abs(terms) / np.abs(terms).sum()
        if not (is_share(got[0], share[0]) and is_share(got[1], share[-1])):
            yield f"{got} beside {share}"


def the_reason(page: Page) -> Iterator[str]:
    """What the way from step T to step 1 multiplies by, and what lies on that way."""
    p, T = worked_out(page), len(page.values["bits"])
    text = page.text("verdict")
    if T == 1:
        return
    factors = [s * page.values["w_h"] for s in p.slope[1:]]
    product = math.prod(factors)
    if got := find(rf"that makes (?:[^=;:]*= )?{N}(?:[,;:.]|$)", text):
        if not number(got[0]).is_number(product, 1e-3) and abs(product) > 1e-300:
            yield f"{text} beside {product}"
    if got := find(rf"at {COUNT} of those {COUNT} steps|at {COUNT} of that one step", text):
        flat = sum(s < 0.1 for s in p.slope[1:])
        if whole(next(filter(None, (got[0], got[2])))) != flat:
            yield f"{text}: {flat} of the {T - 1} steps on the way are flat"
    elif "(φ′ < 0.1)" in text:
        flat = sum(s < 0.1 for s in p.slope[1:])
        got = find(rf"at {COUNT} of {COUNT}", text)
        if got and whole(got[0]) != flat:
            yield f"{text}: {flat} of the {T - 1} steps on the way are flat"
    if "φ′ is 1 at each" in text and any(s != 1 for s in p.slope[1:]):
        yield f"{text} beside {p.slope}"


def the_shares(page: Page) -> Iterator[str]:
    """Terms counted, and the halves added up."""
    p, T = worked_out(page), len(page.values["bits"])
    terms = page.charts["terms"].caption
    for name in ("w_in", "w_h"):
        own = p.terms(name)
        if got := find(
            rf"∂L/∂{name} = {N}: {COUNT} of {COUNT} terms? not 0, step (\d+) brings {PERCENT}",
            terms,
        ):
            share = np.abs(own) / np.abs(own).sum()
            if whole(got[1]) != (own != 0).sum() or whole(got[2]) != T:
                yield f"{terms} beside {own}"
            if not is_share(got[4], share.max()) or share[int(got[3]) - 1] < share.max() - 1e-9:
                yield f"{terms} beside {share}"
        elif f"∂L/∂{name}: every term is exactly 0" in terms and np.abs(own).max() > 1e-300:
            yield f"{terms} beside {own}"
        halves = page.charts["term_shares"].caption
        if got := find(rf"{PERCENT} of ∂L/∂{name}", halves):
            share = np.abs(own) / np.abs(own).sum()
            if not is_share(got[0], float(share[: T // 2].sum())):
                yield f"{halves} beside {share}"


def the_power(page: Page) -> Iterator[str]:
    """w to the n, and the steps to halve."""
    text, w, lag = page.charts["power"].caption, page.values["power_w"], page.values["power_lag"]
    got = find(rf"to the power {COUNT} is {N}", text)
    log10 = lag * math.log10(abs(w)) if w else -math.inf
    if got is None or whole(got[0]) != lag or not number(got[1]).means(log10):
        yield f"{text} beside 10^{log10}"
    if got := find(rf"it (halves|doubles) every {N} steps", text):
        steps = math.log(2) / abs(math.log(abs(w)))
        if not number(got[1]).is_number(steps) or (got[0] == "halves") != (abs(w) < 1):
            yield f"{text} beside {steps}"
    if got := find(rf"has {N} in the place of", text):
        p = worked_out(page)
        mean = np.mean([math.log10(abs(s * page.values["w_h"])) for s in p.slope[1:]])
        if not number(got[0]).means(float(mean), 1e-3):
            yield f"{text} beside 10^{mean}"


def the_examples(page: Page) -> Iterator[str]:
    """The four outputs, each by its own pass."""
    for row in page.html("outputs").split("<tr")[2:]:
        bits, y, right = (plain(v) for v in _cells(row))
        own = worked_out(Page(page.name, page.link, {}, {**page.values, "bits": bits[:3]}))
        if not number(y).is_number(own.y, 1e-6) or (right == "right") != (
            abs(own.y - own.x[0]) < 0.5
        ):
            yield f"{bits}: {y}, {right}, beside {own.y}"


def _cells(row: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


RELATIONS = (the_title, the_reason, the_shares, the_power, the_examples)

"""What the state still knows, beside the distances and paths that are drawn; and a longer wait."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from rnn_core.network.inputs import INPUTS
from tests.hunt.numbers import COUNT, N, whole
from tests.hunt.reading import Page, find, number, read
from ui.settings.every import SETTINGS

LONGER = 8  # times as many steps, where nothing comes in that could change the tale


def paths(page: Page) -> np.ndarray:
    """The paths of the plane (K, N + 1, 2)."""
    traces = page.charts["trajectories"].data
    return np.stack([np.stack([np.asarray(t[k], float) for k in "xy"], -1) for t in traces])


def pairs(page: Page) -> np.ndarray:
    """Distance of each pair of starts by step (P, N + 1), in the plane."""
    found = [np.linalg.norm(a - b, axis=-1) for a, b in combinations(paths(page), 2)]
    return np.stack(found)


def states(page: Page) -> int:
    """How many numbers a state has, as far as the picture of the singular values tells."""
    got = find(rf"directions? of {COUNT} (?:is|are) within", page.charts["singular_values"].caption)
    return whole(got[0]) if got else 0


def said(page: Page) -> str:
    """What is said of the starts: one word."""
    text = page.charts["trajectories"].caption
    for word, sentence in (
        ("forgotten", "where it began is forgotten"),
        ("fading", "where it began is fading"),
        ("parted", "several attractors"),
        ("chaos", "chaos"),
        ("growing", "they move apart"),
        ("apart", "still apart"),
    ):
        if sentence in text:
            return word
    return "?"


def the_distances(page: Page) -> Iterator[str]:
    """The caption of the distances, and “forgotten”, beside the lines."""
    if "distances" not in page.charts:
        return
    chart = page.charts["distances"]
    median, high, low, rounding = (
        chart.line(name)
        for name in ("median pair", "furthest pair", "nearest pair", "float64’s resolution")
    )
    word, steps = said(page), len(median) - 1
    if (low > median + 1e-4).any() or (median > high + 1e-4).any():
        yield "nearest, median and furthest pair are not in this order"
    if word == "?":
        yield f"a reading that cannot be read: {page.charts['trajectories'].caption}"
    apart = high[-1] > max(high[0] - 3, rounding[-1]) + 1e-4
    if word == "forgotten" and apart:
        yield f"forgotten, and the furthest pair went from 10^{high[0]} to 10^{high[-1]}"
    if word == "fading":
        yield from _still_nearing(high, rounding)
    if word in ("apart", "growing", "chaos", "parted") and not high[-1] > rounding[-1] - 1e-3:
        yield f"{word}, and no pair can be told apart"
    text = chart.caption
    got = find(rf"goes from {N} to {N} in {COUNT} steps?", text)
    if got is None or whole(got[2]) != steps:
        yield f"a caption that cannot be read, of {steps} steps: {text}"
    elif not (number(got[0]).means(median[0]) and number(got[1]).means(median[-1])):
        yield f"{text} beside {median[0]}, {median[-1]}"
    if got := find(r"from step (\d+) on float64 cannot tell any two apart", text):
        if (high[int(got[0]) :] > rounding[int(got[0]) :] + 1e-4).any():
            yield f"{text}, and two are apart"


def _still_nearing(high: np.ndarray, rounding: np.ndarray) -> Iterator[str]:
    """ "Fading" goes on to the end: the furthest pair is nearer than at first, and nearing."""
    end, steps = high[-1], len(high) - 1
    if end <= rounding[-1]:
        return
    third, fourth = (high[steps * n // 4 : steps * (n + 1) // 4 + 1].mean() for n in (2, 3))
    if end > high[0] - 0.3 + 1e-4 or (steps >= 8 and fourth > third - 5e-3):
        yield f"fading, and the furthest pair goes from 10^{third:.3f} to 10^{fourth:.3f} late"


def all_pairs(page: Page) -> Iterator[str]:
    """“All 28 pairs”, “6 and 2 of them”: counted on the paths, where the plane is all there is."""
    if "trajectories" not in page.charts or not 1 <= states(page) <= 2:
        return
    text, word = page.charts["trajectories"].caption, said(page)
    apart = pairs(page)
    size = np.abs(paths(page)).max()
    same = apart[:, -1] <= 1e-5 * size
    nearer = apart[:, -1] <= 1.01e-3 * apart[:, 0]
    if word == "forgotten" and not (nearer | same).all():
        yield f"{text} and {int((~(nearer | same)).sum())} of {len(same)} pairs have not met"
    if word == "fading" and not (same | (apart[:, -1] < 0.51 * apart[:, 0])).all():
        yield f"{text} and a pair is not nearer"
    if (got := find(rf"all {COUNT} pairs", text)) and whole(got[0]) != len(same):
        yield f"{got[0]} pairs of {len(same)}"
    if got := find(rf"the median pair (?:at|to) ×{N} of its distance", text):
        with np.errstate(divide="ignore"):
            grown = float(np.median(np.log10(apart[:, -1]) - np.log10(apart[:, 0])))
        blurred = float(np.median(apart[:, -1])) <= 1e-3 * size
        if not blurred and not number(got[0]).means(grown, 2e-3):
            yield f"{got[0]} of its distance, in the plane 10^{grown}"
    if word == "parted":
        places = find(r"end in (\d+) places, (.*?) of them in each", text)
        counts = [int(n) for n in places[1].replace(" and ", ", ").split(", ")]
        if sum(counts) != len(paths(page)) or len(counts) != int(places[0]):
            yield f"{text}: the starts do not add up"


def a_longer_wait(page: Page) -> Iterator[str]:
    """Where nothing comes in, “forgotten” and “several attractors” go on being so."""
    word, T = said(page) if "trajectories" in page.charts else "", page.values["seq_len"]
    silent = INPUTS[page.values["input"]].silent or page.values["input_scale"] == 0
    longer = min(LONGER * T, int(SETTINGS["seq_len"].high))
    if word not in ("forgotten", "parted") or not silent or T < 20:
        return
    later = read("gradient_flow", {**page.link, "seq_len": str(longer)})
    if "trajectories" not in later.charts:
        return
    now, then = (p.charts["distances"].line("furthest pair") for p in (page, later))
    rounding = later.charts["distances"].line("float64’s resolution")[-1]
    nearer = then[-1] <= max(now[-1] - 0.3, rounding + 0.01)
    if word == "forgotten" and not nearer:
        yield f"{word} after {T} steps at 10^{now[-1]}, and 10^{then[-1]} after {longer}"
    if word == "parted":
        places = [
            find(r"end in (\d+ places, .*?) of them", p.text("trajectories")) for p in (page, later)
        ]
        if places[0] != places[1]:
            yield f"{places[0]} after {T} steps, and after {longer}: {later.text('trajectories')}"


def both_ways(page: Page) -> Iterator[str]:
    """Forward and backward are the same Jacobians; λ_max is their rate."""
    if "memory_norms" not in page.charts:
        return
    chart, T = page.charts["memory_norms"], page.values["seq_len"]
    text, letter = chart.caption, "forward: ‖∂"
    lines = [t for t in chart.data if str(t["name"]).startswith(letter)]
    norm = np.asarray(next(t for t in lines if "random" not in t["name"])["y"], float)
    end = norm[-1]
    back = chart.line("backward")[0]
    arrives = -math.inf if math.isnan(end) else float(end)
    got = find(rf"arrives at step {T} at most ×{N} as large", text)
    if not (number(got[0]).means(arrives) if got else arrives == -math.inf):
        yield f"{text} beside {arrives}"
    if got := find(rf"arrives at step 1 at ×{N} \(sequence (\d+)\)", text):
        if not number(got[0]).means(back):
            yield f"{text} beside {back}"
        if math.isfinite(back) and back > arrives + 1e-4 + 1e-6 * abs(back):
            yield f"the gradient keeps 10^{back}, and no change more than 10^{arrives}"
        walk = page.pieces["river"]["walk"]["sequence"]
        if int(got[1]) != walk:
            yield f"sequence {got[1]} here, {walk} in the picture"
    got = find(rf"λ_max = (−?[\d.]+|∞|−∞) per step \(×{N}\)", text)
    if got is None:
        if "λ_max is −∞" not in text:
            yield f"no rate: {text}"
        elif states(page) == 1 and math.isfinite(arrives):
            yield f"λ_max −∞, and 10^{arrives} arrives"
        return
    rate = float(got[0].replace("−", "-"))
    if not number(got[1]).means(rate / math.log(10), 3e-3):
        yield f"λ_max = {got[0]} per step is not ×{got[1]}"
    if states(page) == 1:  # its first steps may be left to warm up
        since = (end - norm[:-1]) * math.log(10) / np.arange(T - 1, 0, -1)
        if not (np.abs(since - rate) < 6e-4).any():
            yield f"λ_max = {rate} of one number that goes from step to step by {since}"
    if own := find(r"λ_max of the run itself is (−?[\d.]+)", page.charts["trajectories"].caption):
        if own[0] != got[0]:
            yield f"λ_max {got[0]} and {own[0]} of one run"
    if got := find(rf"the run is {N} (below|above) its matrix", text):
        rho = float(find(r"ln ρ = (−?[\d.]+)", text)[0].replace("−", "-"))
        side = "below" if rate < rho else "above"
        if got[1] != side or not number(got[0], 2).is_number(abs(rate - rho), 0.1):
            yield f"{got} beside {rate - rho}"


def directions(page: Page) -> Iterator[str]:
    """Singular values of the product, as far as they are drawn."""
    if "singular_values" not in page.charts:
        return
    chart = page.charts["singular_values"]
    lines = [t for t in chart.data if str(t["name"]).startswith("σ")]
    last = np.array([np.asarray(t["y"], float)[-1] for t in lines])
    text = chart.caption
    got = find(rf"{COUNT} directions? of {COUNT} (?:is|are) within a factor of 10 .*?, ×{N}", text)
    if got is None:
        if np.isfinite(last).any():
            yield f"{text} beside {last}"
        return
    if not number(got[2]).means(float(last[0])):
        yield f"{text} beside {last}"
    if whole(got[1]) == len(last):
        close = int((last > last[0] - 1 + 1e-4).sum()), int((last > last[0] - 1 - 1e-4).sum())
        if not close[0] <= whole(got[0]) <= close[1]:
            yield f"{text} beside {last}"


RELATIONS = (the_distances, all_pairs, a_longer_wait, both_ways, directions)

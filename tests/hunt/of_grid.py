"""Initialisations × activations: counts, ranks and labels beside the panels that are drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from tests.hunt.curves import WAY, Curve
from tests.hunt.numbers import COUNT, PERCENT, N, is_share, whole
from tests.hunt.reading import Page, find, number, plain, read


@lru_cache(maxsize=8)
def curves(page: Page) -> dict[str, Curve]:
    """Every panel's curve by its name, row by row."""
    drawn = page.pieces["panels"]
    names = [
        f"{row['label']} × {column['label']}"
        for row in drawn["rows"]
        for column in drawn["columns"]
    ]
    lines = np.asarray(drawn["median"], float)
    return {name: Curve(line) for name, line in zip(names, lines, strict=True)}


@lru_cache(maxsize=8)
def labels(page: Page) -> dict[str, str]:
    """What a panel says of itself."""
    return dict(zip(curves(page), map(plain, page.pieces["panels"]["label"]), strict=True))


@lru_cache(maxsize=8)
def words(page: Page) -> dict[str, str]:
    """The verdict that each panel says."""
    return {name: find(r": (\w+), ", text)[0] for name, text in labels(page).items()}


def the_counts(page: Page) -> Iterator[str]:
    """So many of each verdict as there are panels of it."""
    html, said = page.html("says"), list(words(page).values())
    counted = dict(re.findall(r'<span data-kind="(\w+)"><b[^>]*>(\d+)</b>', html))
    for word in WAY:
        if word in counted and int(counted[word]) != said.count(word):
            yield f"{counted[word]} {word}, and {said.count(word)} panels say so"
    if sum(map(int, counted.values())) != len(said):
        yield f"{counted} of {len(said)} panels"
    for kind, number_, verb in re.findall(
        r'<span data-kind="(\w+)"><b[^>]*>(\d+)</b>(\w+)</span>', html
    ):
        if (number_ == "1") != verb.endswith("s"):
            yield f"{number_} {verb} ({kind})"
        if f"{number_} {verb}" not in plain(page.pieces["panels"]["summary"]):
            yield f"{number_} {verb}, not in the description of the picture"


def the_labels(page: Page) -> Iterator[str]:
    """Each panel's words and numbers beside its curve."""
    drawn, T = page.pieces["panels"], page.values["seq_len"]
    for i, (name, curve) in enumerate(curves(page).items()):
        text, word = labels(page)[name], words(page)[name]
        if word not in curve.words:
            yield f"{name}: {word} of {curve.ratio} decades, {curve.slope} each"
        if got := find(r"exactly 0 from step (\d+) back", text):
            if int(got[0]) != curve.zero:
                yield f"{text} beside {curve.zero}"
        elif not number(find(rf"first step over last {N}", text)[0]).means(curve.ratio):
            yield f"{text} beside {curve.ratio}"
        lag = None if "never below" in text else whole(find(rf"horizon {COUNT} step", text)[0])
        if lag not in curve.horizons():
            yield f"{text} beside {curve.horizons()}"
        shown = plain(drawn["horizon"][i])
        if (whole(shown.split()[0]) if "back" in shown else None) != lag:
            yield f"{shown} in the panel, {lag} in its description"
        rate = find(r", (\S+) per step back", text)[0]
        if (
            not curve.zero
            and not math.isnan(curve.slope)
            and not number(rate).means(curve.slope, 1e-4)
        ):
            yield f"{text} beside {10**curve.slope}"
        end = plain(drawn["end"][i])
        if end.startswith(("↓", "↑")) and not number(end[2:], 2).means(curve.ratio):
            yield f"{end} beside {curve.ratio}"
    if drawn["seq_len"] != T:
        yield f"{drawn['seq_len']} steps of {T}"


def the_nearest(page: Page) -> Iterator[str]:
    """“Nearest to flowing” is one that flows, if any does, and the nearest of those."""
    text, said = page.text("says"), words(page)
    ratios = {name: curve.ratio for name, curve in curves(page).items()}
    got = find(rf"Nearest to flowing: (.*?), ×{N} over {COUNT} steps?(?:, and {COUNT} more)?", text)
    if got is None:
        if any(map(math.isfinite, ratios.values())):
            yield f"nothing is nearest: {text}"
        return
    name, size, steps, more = got
    if whole(steps) != page.values["seq_len"] - 1 or not number(size).means(ratios[name]):
        yield f"{got} beside {ratios[name]}"
    flows = [n for n, word in said.items() if word == "flowing"]
    if flows and said[name] != "flowing":
        yield f"nearest to flowing is {name}, {said[name]}, and {flows} flow"
    rivals = flows or [n for n in ratios if math.isfinite(ratios[n])]
    best = min(abs(ratios[n]) for n in rivals)
    if abs(ratios[name]) > best + 1e-4 + 1e-6 * best:
        yield f"nearest is {name} at {ratios[name]}, another at {best}"
    if more:
        alike = sum(abs(ratios[n] - ratios[name]) < 1e-5 for n in rivals) - 1
        if alike < whole(more):
            yield f"{more} more exactly so beside {alike}"


def what_matters(page: Page) -> Iterator[str]:
    """“Changing φ matters most under …” names the widest row, by its own decades."""
    ratios = np.array([curve.ratio for curve in curves(page).values()])
    drawn = page.pieces["panels"]
    table = ratios.reshape(len(drawn["rows"]), len(drawn["columns"]))
    for what, where, names, lines in (
        ("Changing φ", "under", [r["label"] for r in drawn["rows"]], table),
        ("Changing W_h’s initialisation", "with", [c["label"] for c in drawn["columns"]], table.T),
    ):
        yield from _matters(page.text("says"), what, where, names, lines)


def _matters(
    text: str, what: str, where: str, names: list[str], lines: np.ndarray
) -> Iterator[str]:
    spans = [0.0 if min(row) == max(row) else max(row) - min(row) for row in lines]
    got = find(
        rf"{what} (?:matters most {where} (.+?): (.+?)|changes nothing|hardly matters)\.(?: |$)",
        text,
    )
    if got is None:
        if len(lines[0]) > 1:
            yield f"{what} says nothing: {text}"
        return
    if got[0] is None:
        if max(spans) > 0.051 or (f"{what} changes nothing" in text and max(spans) > 1e-5):
            yield f"{what}: {spans} beside {text}"
        return
    span = spans[names.index(got[0])]
    if span < max(spans) - 1e-4 * max(1.0, abs(max(spans)) if math.isfinite(max(spans)) else 1.0):
        yield f"{what} matters most {where} {got[0]}: {dict(zip(names, spans, strict=True))}"
    if size := find(rf"^{N} decades", got[1]):
        if not number(size[0], 4).is_number(span, 5e-3):
            yield f"{got} beside {span}"
    elif size := find(rf"from exactly 0 to {N}$", got[1]):
        top = max(lines[names.index(got[0])])
        if span != math.inf or not number(size[0]).means(top):
            yield f"{got} beside {lines[names.index(got[0])]}"


def a_panel_opened(page: Page) -> Iterator[str]:
    """The selected panel's own page says of it what the panel says."""
    drawn = page.pieces["panels"]
    if page.values["panel_sequences"] > page.values["seq_len"] * 10:
        return
    init, activation = drawn["rows"][-1]["name"], drawn["columns"][0]["name"]
    name = f"{INITIALISATIONS[init].label} × {ACTIVATIONS[activation].label}"
    network = {k: v for k, v in page.link.items() if k not in OWN}
    opened = read(
        "gradient_flow",
        network
        | {"init": init, "activation": activation, "cell": "vanilla"}
        | {"batch_size": str(page.values["panel_sequences"])},
        "first_screen",
    )
    text, facts = labels(page)[name], opened.facts()
    if opened.heading().lower() != words(page)[name]:
        yield f"{name}: {words(page)[name]} here, {opened.heading()} on its own page"
    ratio = next(v for k, v in facts.items() if k.startswith("‖δ_1‖"))
    if "exactly 0" not in text and f"first step over last {ratio}" not in text:
        yield f"{text} here, {ratio} on its own page"
    if facts["per step back"] not in ("–", find(r", (\S+) per step back", text)[0]):
        yield f"{text} here, {facts['per step back']} on its own page"
    still = "h stays 0" in opened.text("verdict")
    if still and "h stays 0" not in page.text("says") and "leaves float64" not in page.text("says"):
        yield f"{name} is at rest on its own page, and here: {page.text('says')}"


def the_last_loss(page: Page) -> Iterator[str]:
    """With losses at every step panels are counted and ranked by the last loss alone."""
    if page.values["loss_at"] != "every":
        return
    alone = read("initialisation", {**page.link, "loss_at": "last"}, "first_screen")
    mine, its = (find(rf"Nearest to flowing: (.*?), ×{N}", p.text("says")) for p in (page, alone))
    if mine != its:
        yield f"nearest at {mine}; by the last loss alone {its}"
    if words(page) != words(alone):
        yield f"{words(page)}; by the last loss alone {words(alone)}"


OWN = ("inits", "activations", "panel_sequences", "whole_range", "shown_init", "shown_activation")


def the_histogram(page: Page) -> Iterator[str]:
    """The selected pair's z: what is flat, and the share outside, beside the bars."""
    if "preactivation" not in page.charts:
        return
    chart = page.charts["preactivation"]
    text = chart.caption
    bars = [t for t in chart.data if t.get("type") == "bar"]
    mass = [float((np.asarray(t["y"], float) * float(t["width"])).sum()) for t in bars]
    inside = sum(mass)
    if got := find(rf"{PERCENT} outside", text):
        if not is_share(got[0], 1 - inside, 2e-5):
            yield f"{text} beside {1 - inside} outside"
    elif inside < 1 - 1e-4:
        yield f"{1 - inside} of z outside, unsaid: {text}"
    blocked = [m for t, m in zip(bars, mass, strict=True) if "of units" in str(t["name"])]
    if got := find(rf"{PERCENT} of unit-steps are [\w ]+ \(φ′ < 0.1", text):
        # What lies outside the axis may be blocked, too, and is not drawn.
        low, high = blocked[0], blocked[0] + 1 - inside
        share = float(got[0].split()[-2]) / 100
        if not low - 0.006 <= share <= high + 0.006:
            yield f"{text} beside {low} to {high}"
    elif "No unit-step" in text and blocked and blocked[0] > 1e-6:
        yield f"{text} beside {blocked}"
    if "every z is exactly 0" in text and find(r"are exactly|lie between", text):
        yield text


RELATIONS = (
    the_counts,
    the_labels,
    the_nearest,
    what_matters,
    a_panel_opened,
    the_last_loss,
    the_histogram,
)

"""Architectures: the title and the ranking beside each row, and each row beside its line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from rnn_core.studies.architectures import ARCHITECTURES
from tests.hunt.curves import WAY, WORDS, Curve
from tests.hunt.numbers import COUNT, PERCENT, N, Said, is_share, whole
from tests.hunt.reading import Page, find, number, plain, read

COLUMNS = ("at", "of", "rate", "horizon", "ratio", "verdict", "band", "parameters", "costs")


@lru_cache(maxsize=8)
def rows(page: Page) -> dict[str, dict[str, str]]:
    """The table: what each cell's row says."""
    found = {}
    for cell, row in re.findall(r'<tr data-cell="(\w+)">(.*?)</tr>', page.html("cells"), re.DOTALL):
        values = [plain(v) for v in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        # An older table has no verdicts.
        names = COLUMNS if len(values) == len(COLUMNS) else [c for c in COLUMNS if c != "verdict"]
        found[cell] = dict(zip(names, values, strict=True))
    return found


def curve(page: Page, cell: str) -> Curve:
    """The line of a cell."""
    return Curve(page.charts["architectures"].line(plain(ARCHITECTURES[cell].label)))


def recurrent(page: Page) -> dict[str, dict[str, str]]:
    return {c: row for c, row in rows(page).items() if row["horizon"] != "one hop"}


def verdict(page: Page, cell: str) -> str:
    """The word of a row; where it has none, by its own number."""
    row = rows(page)[cell]
    if "verdict" in row:
        return row["verdict"]
    size = number(row["ratio"]).low
    return "vanishing" if size < -3 else "exploding" if size > 3 else "flowing"


def the_table(page: Page) -> Iterator[str]:
    """Each row beside the line of its cell, where the line is what the row speaks of."""
    step = int(find(r'data-step="(\d+)"', page.html("cells"))[0])
    for cell, row in rows(page).items():
        line = curve(page, cell)
        if not number(row["at"]).means(float(line.y[step - 1])):
            yield f"{cell} at step {step}: {row['at']} beside {line.y[step - 1]}"
        if page.values["loss_at"] == "every" or row["horizon"] == "one hop":
            continue
        lag = None if row["horizon"].startswith("≥") else whole(row["horizon"])
        if lag not in line.horizons():
            yield f"{cell}: horizon {row['horizon']} beside {line.horizons()}"
        if not line.zero and not number(row["rate"]).means(line.slope, 1e-4):
            yield f"{cell}: {row['rate']} per step beside {10**line.slope}"
        one = len(find(r"(.*)", row["band"])[0]) <= 1
        if one and not number(row["ratio"]).means(line.ratio):
            yield f"{cell}: {row['ratio']} beside {line.ratio}"
        if one and verdict(page, cell) not in line.words:
            yield f"{cell}: {verdict(page, cell)} beside {line.words}"


def the_title(page: Page) -> Iterator[str]:
    """ "in every cell", "in no cell", "best": true of every row, by its number."""
    title = page.heading("best")
    found = recurrent(page)
    kinds = {cell: verdict(page, cell) for cell in found}
    sizes = {cell: number(row["ratio"]) for cell, row in found.items()}
    named = next(
        (c for c in sorted(found, key=len) if ARCHITECTURES[c].the.lower() in title.lower()), None
    )
    if got := find(r"(\w+) in every cell", title):
        word = WORDS.get(got[0], got[0].lower())
        if set(kinds.values()) != {word}:
            yield f"“{title}” and {kinds}"
        way = WAY[word]
        for cell, size in sizes.items():
            if (way > 0 and size.high < 0) or (way < 0 and size.low > 0.001):
                yield f"“{title}” and {cell} changes by {found[cell]['ratio']}"
    if "in no cell" in title and "flowing" in kinds.values():
        yield f"“{title}” and {kinds}"
    if "No gradient reaches step 1" in title and any(row["ratio"] != "0" for row in found.values()):
        yield f"“{title}” and {found}"
    if "carries the gradient best" in title:
        if named is None or kinds[named] != "flowing":
            yield f"“{title}” and {kinds}"
    if named and ("best" in title or "least in" in title or "nearest is" in title):
        near = _away(sizes[named])
        flows = [c for c in found if kinds[c] == "flowing"] or list(found)
        for cell in flows:
            if _away(sizes[cell])[1] < near[0] - 1e-3:
                yield f"“{title}” and {cell} is nearer: {found[cell]['ratio']}"


def _away(size: Said) -> tuple[float, float]:
    """How many decades a number may be from 1: the least and the most."""
    ends = sorted((abs(size.low), abs(size.high)))
    return (0.0, ends[1]) if size.low <= 0 <= size.high else (ends[0], ends[1])


def the_ranking(page: Page) -> Iterator[str]:
    """Best, next and furthest: their numbers are those of their rows."""
    text, found = page.text("best"), recurrent(page)
    names = {ARCHITECTURES[c].the: row for c, row in found.items()}
    the = "(" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + ")"
    if len(found) == 0:
        return
    if got := find(rf"Over {COUNT} steps? back .*?changes by ×{N} in {the}", text):
        if whole(got[0]) != page.values["seq_len"] - 1 or got[1] != names[got[2]]["ratio"]:
            yield f"{got} beside {names[got[2]]}"
        best = got
    else:
        best = None
        if "exactly 0" not in text:
            yield f"a headline that cannot be read: {text}"
    if best and (got := find(rf"Next is {the}: ×{N}, {N} times (less|more)", text)):
        a, b = number(best[1]), number(names[got[0]]["ratio"])
        off = number(got[2], 2)
        apart = (
            (a.low - b.high, a.high - b.low)
            if got[3] == "less"
            else (b.low - a.high, b.high - a.low)
        )
        if (
            got[1] != names[got[0]]["ratio"]
            or off.high < apart[0] - 1e-3
            or off.low > apart[1] + 1e-3
        ):
            yield f"{got} beside {best}"
    if best and (got := find(rf"Next is {the}, with ×{N} nearly the same", text)):
        if abs(number(best[1]).low - number(names[got[0]]["ratio"]).low) > 0.06:
            yield f"{got} beside {best}"
    if got := find(rf"Furthest off is {the}: ×{N}", text):
        mine = number(names[got[0]]["ratio"])
        if got[1] != names[got[0]]["ratio"]:
            yield f"{got} beside {names[got[0]]}"
        flows = {n for n, row in names.items() if row.get("verdict") == "flowing"}
        for name, row in names.items():
            size = number(row["ratio"])
            further = min(abs(size.low), abs(size.high)) > max(abs(mine.low), abs(mine.high)) + 1e-6
            if (further or row["ratio"] == "0") and name not in flows:
                yield f"furthest off is {got}, and {name} has {row['ratio']}"
    if got := find(rf"Furthest off is {the}: exactly 0", text):
        if names[got[0]]["ratio"] != "0":
            yield f"{got} beside {names[got[0]]}"
    if got := find(rf"on the way it (falls|grows) to ×{N}, at step (\d+)", text):
        if page.values["loss_at"] == "last":
            line = curve(page, next(iter(found)))
            if not number(got[1]).means(float(line.y[int(got[2]) - 1] - line.y[-1])):
                yield f"{got} beside {line.y[int(got[2]) - 1] - line.y[-1]}"
    for cell, row in found.items():
        said = f"{plain(ARCHITECTURES[cell].label)} ×{row['ratio']}"
        if said.lower() not in page.charts["architectures"].alt.lower():
            yield f"{said} is not in the description: {page.charts['architectures'].alt}"


def at_rest(page: Page) -> Iterator[str]:
    """The state is said to stay 0 in the cells whose own page says so, and in no other."""
    text, T = page.text("best"), page.values["seq_len"]
    got = find(r"The state stays 0 in (.*?): ", text)
    if page.values["seeds"] > 1 or T > 20:
        return
    for cell in recurrent(page):
        own = _alone(page, cell)
        still = "h stays 0" in own.text("verdict")
        label = plain(ARCHITECTURES[cell].label)
        named = got is not None and (got[0] == "every cell" or label in got[0].split(", "))
        if still != named and "leaves float64" not in own.text("verdict"):
            yield f"{cell} at rest: {still} on its own page; here: {text}"


def a_cell_alone(page: Page) -> Iterator[str]:
    """With one seed each row is what the cell's own page says."""
    if page.values["seeds"] > 1 or page.values["seq_len"] > 20:
        return
    for cell, row in recurrent(page).items():
        own = _alone(page, cell)
        facts = own.facts()
        ratio = next(v for k, v in facts.items() if k.startswith("‖δ_1‖"))
        if ratio != row["ratio"] or ("verdict" in row and own.heading().lower() != row["verdict"]):
            yield f"{cell}: {row} here, {own.heading()} {facts} on its own page"


def _alone(page: Page, cell: str) -> Page:
    keep = {k: v for k, v in page.link.items() if k not in OWN}
    own = {"cell": cell, "batch_size": str(page.values["cell_sequences"])}
    return read("gradient_flow", keep | own, "first_screen")


OWN = ("cells", "seeds", "cell_sequences", "seed_bands", "whole_axis", "step")


def two_paths(page: Page) -> Iterator[str]:
    """The two paths of an LSTM, beside the lines that are drawn of them."""
    if "paths" not in page.charts:
        return
    chart = page.charts["paths"]
    law, direct, whole_, rest = (
        chart.line(name)
        for name in ("product of forget", "direct path", "the gradient", "the rest")
    )
    text = chart.caption
    if got := find(
        rf"the product of the forget gates says ×{N}; the gradient changes by ×{N}", text
    ):
        for size, line in zip(got, (law, whole_), strict=True):  # of several seeds it is a median
            if page.values["seeds"] == 1 and not number(size).means(float(line[0] - whole_[-1])):
                yield f"{text} beside {line[0] - whole_[-1]}"
    if got := find(rf"decades, a factor of {N}, too (small|large)", text):
        if page.values["seeds"] == 1 and ((law[0] < whole_[0]) != (got[1] == "small")):
            yield f"{text} beside {law[0]}, {whole_[0]}"
    if "All of it comes by the forget gates" in text and np.isfinite(rest[0]):
        yield f"{text} beside a rest of 10^{rest[0]}"
    if got := find(rf"‖direct path‖ is {PERCENT} of the whole", text):
        if not is_share(got[0], 10.0 ** float(direct[0] - whole_[0]), 1e-4):
            yield f"{text} beside {direct[0] - whole_[0]}"
    if got := find(rf"‖the rest‖ is {PERCENT} of the whole", text):
        if not is_share(got[0], 10.0 ** float(rest[0] - whole_[0]), 1e-4):
            yield f"{text} beside {rest[0] - whole_[0]}"
    if "No gradient arrives" in text and np.isfinite(whole_[0]):
        yield f"{text} beside {whole_[0]}"


def the_gates(page: Page) -> Iterator[str]:
    """Means and the longest memory of the gates; with one sequence by the maps themselves."""
    for key, chart in page.charts.items():
        if not key.startswith("gates_"):
            continue
        maps = [np.asarray(t["z"], float) for t in chart.data if t.get("type") == "heatmap"]
        text = chart.caption
        if page.values["cell_sequences"] == 1 and page.values["seeds"] == 1:
            means = re.findall(rf"(\w+) is {N} on average", text)
            for (letter, mean), gate in zip(means, maps, strict=False):
                if not number(mean, 4).is_number(float(gate.mean()), 1e-4):
                    yield f"{letter} {mean} on average beside {gate.mean()}"
        got = find(rf"is from {N} to {N}: .*?longest memory lasts (about {N} steps|for ever)", text)
        if got:
            top = float(got[1].replace(",", "")) if "·" not in got[1] else 0.0
            if got[2] == "for ever" and top < 1:
                yield f"for ever at a gate of {got[1]}"
            if top == 1.0 and got[3] and math.isfinite(number(got[3], 2).low):
                pass  # 0.99999 to four digits is 1.0000
        if not re.search(r"Drawn: seed \d+, sequence \d+", text):
            yield f"one sequence's map, unnamed: {text}"


RELATIONS = (the_table, the_title, the_ranking, at_rest, a_cell_alone, two_paths, the_gates)

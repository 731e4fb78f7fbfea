"""The cliff, the two vectors, a real gradient and its windows: every sentence by an own loop or by
what is drawn beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from tests.hunt.numbers import COUNT, PERCENT, N, is_share, whole
from tests.hunt.reading import Page, find, number, plain

BESIDE = 1e-3


def state(w: float, b: float, steps: int) -> float:
    """h_T of the sigmoid unit, by the formula on the page."""
    h = 0.5
    for _ in range(steps):
        h = 1.0 / (1.0 + math.exp(-min(max(w * h + b, -700.0), 700.0)))
    return h


def jumps(w: float, steps: int) -> float:
    """By how much h_T differs on the two sides of b = -w/2."""
    return state(w, -w / 2 + BESIDE, steps) - state(w, -w / 2 - BESIDE, steps)


def descents(page: Page) -> dict[str, dict]:
    return {path["kind"]: path for path in page.pieces["cliff"]["paths"]}


def _array(path: dict, name: str) -> np.ndarray:
    return np.asarray(path[name], float)


def the_descents(page: Page) -> Iterator[str]:
    """Title, numbers and endings beside the paths that are drawn."""
    paths, facts, title = descents(page), page.facts(), page.heading()
    text = page.text("verdict")
    free, kept = paths["none"], paths["norm"]
    updates = len(_array(kept, "w")) - 1
    hits = int(_array(kept, "clipped")[:-1].sum())
    if facts["updates clipped"] != f"{hits} of {updates}":
        yield f"{facts['updates clipped']} clipped, drawn {hits} of {updates}"
    for name, path in (("last loss without", free), ("with it 2", kept)):
        loss = _array(path, "loss")[-1]
        own = state(_array(path, "w")[-1], _array(path, "b")[-1], page.values["cliff_steps"])
        own = (own - page.values["cliff_target"]) ** 2
        if not number(facts[name]).is_number(loss, 1e-3) or abs(own - loss) > 1e-3 * (own + 1e-9):
            yield f"{name} {facts[name]} beside {loss}, by hand {own}"
    for name, path in (("longest step without clipping", free), ("with it", kept)):
        steps = _array(path, "step")[:-1]
        if steps.size and not number(facts[name]).is_number(float(steps.max())):
            yield f"{name} {facts[name]} beside {steps.max()}"
    left = {kind: bool(path["left"]) for kind, path in paths.items()}
    for said, holds in (
        ("Both are thrown off", left["none"] and left["norm"]),
        ("Thrown off; clipped, it stays", left["none"] and not left["norm"]),
        ("Only the clipped one leaves", left["norm"] and not left["none"]),
        ("Nothing to clip", hits == 0),
        ("Clipped at every update", hits == updates > 0),
        ("Both stay", not left["none"] and not left["norm"]),
    ):
        if title == said and not holds:
            yield f"“{title}”: left {left}, {hits} of {updates} clipped"
    if "every update is clipped" in text and hits != updates:
        yield f"every update, {hits} of {updates}"
    if "both paths are the same" in text:
        same = [np.array_equal(_array(free, k), _array(kept, k)) for k in "wb"]
        if not all(same):
            yield "both paths are the same, and are not drawn so"
    if (left["none"] or left["norm"]) != ("leaves the window" in text):
        yield f"left: {left}, and: {text}"
    if "in the valley" in text.split("By value")[0] and _array(kept, "loss")[-1] >= 1e-3:
        yield f"in the valley at a loss of {_array(kept, 'loss')[-1]}"
    if got := find(rf"L goes from {N} to {N}\.", text):
        loss = _array(free, "loss")
        if not (number(got[0]).is_number(loss[0]) and number(got[1]).is_number(loss[-1])):
            yield f"{got} beside {loss[0]}, {loss[-1]}"
    if got := find(rf"\(update (\d+), ‖g‖ = {N}", text):
        norm = _array(free, "norm")[int(got[0]) - 1]
        if not number(got[1]).is_number(norm):
            yield f"{got} beside {norm}"
    if "exactly 0: no update moves" in text and updates:
        yield f"no update moves, and {updates} are drawn"


def the_wall(page: Page) -> Iterator[str]:
    """A wall is where h_T jumps, on every line of the screen alike."""
    text, steps = page.text("verdict"), page.values["cliff_steps"]
    hits = bool(re.search(r"hits the wall|at the wall", text))
    if hits and re.search(r"[Nn]o wall|not a wall|a slope, no", text):
        yield f"a wall and none: {text}"
    free = descents(page)["none"]
    w, b = _array(free, "w"), _array(free, "b")
    if hits:
        at = find(r"update (\d+) hits the wall|\(update (\d+), [^)]*at the wall", text)
        n = int(next(filter(None, at))) - 1
        if jumps(w[n], steps) <= 0.25 or abs(b[n] + w[n] / 2) > 0.1 + 1e-6:
            yield f"at the wall at w = {w[n]}, b = {b[n]}, where h_T goes by {jumps(w[n], steps)}"
    if re.search(r"[Nn]o wall|not a wall", text):
        here = [
            n for n in range(len(w) - 1) if abs(b[n] + w[n] / 2) < 0.05 and jumps(w[n], steps) > 0.5
        ]
        n = int(np.argmax(_array(free, "norm")[:-1])) if len(w) > 1 else 0
        if n in here:
            yield f"no wall at w = {w[n]}, where h_T jumps by {jumps(w[n], steps)}"
    if got := find(rf"h_T (?:jumps|goes) from {N} to {N} within", text):
        n = int(np.argmax(_array(free, "norm")[:-1]))
        low, high = (state(w[n], -w[n] / 2 + s * BESIDE, steps) for s in (-1, 1))
        if not (number(got[0]).is_number(low, 2e-2) and number(got[1]).is_number(high, 2e-2)):
            yield f"{got} beside {low}, {high}"


def the_vectors(page: Page) -> Iterator[str]:
    """The caption beside the table, and both beside the settings."""
    text = page.charts["vectors"].caption
    table = re.findall(r'<th scope="row">(.*?)</th>((?:<td>.*?</td>)+)', page.html("vector_rows"))
    rows = {plain(n): [plain(v) for v in re.findall(r"<td>(.*?)</td>", row)] for n, row in table}
    raw, norm, value = (rows[name] for name in ("raw gradient", "by norm", "by value"))
    if page.values["vector_of"] == "own":
        length, limit = page.values["vector_length"], page.values["vector_limit"]
        angle = math.radians(page.values["vector_angle"])
        g = length * np.array([math.cos(angle), math.sin(angle)])
        clipped = np.clip(g, -limit, limit)
        if not number(raw[0]).is_number(length):
            yield f"{raw} of {length}"
        if not number(norm[0]).is_number(min(length, limit), 1e-4):
            yield f"{norm} of {length}, limit {limit}"
        if not number(value[0]).is_number(float(np.hypot(*clipped))):
            yield f"{value} of {clipped}"
        cosine = float(g @ clipped / (np.hypot(*g) * np.hypot(*clipped)))
        if value[2] == "1.000" and 1 - cosine > 1e-11:
            yield f"cosine {value[2]} of {cosine}"
        inside = length <= limit and np.abs(g).max() <= limit
        at_the_edge = abs(length - limit) < 1e-9  # where rounding may fall on either side
        if ("both leave it as it is" in text) != inside and not at_the_edge:
            yield f"{text} of {g}, limit {limit}"
        if "here keeps its direction" in text and 1 - cosine > 1e-11:
            yield f"{text} of a cosine of {cosine}"
        if "by value nothing is done" in text and np.abs(g).max() > limit:
            yield f"{text} of {g}, limit {limit}"
    if norm[2] not in ("1.000", "–"):
        yield f"by norm the cosine is {norm[2]}"


def a_real_gradient(page: Page) -> Iterator[str]:
    """Length, direction and shares before and after; and what a plain program makes of such a
    length."""
    if "thresholds" not in page.charts:
        return
    text = page.charts["thresholds"].caption
    got = find(rf"‖∂L/∂θ‖ is {N}", text)
    if got is None:
        yield f"a caption that cannot be read: {text}"
        return
    size, limit = number(got[0]), math.log10(page.values["clip_threshold"])
    table = re.findall(r'<th scope="row">(.*?)</th>((?:<td>.*?</td>)+)', page.html("what_changed"))
    rows = {plain(n): [plain(v) for v in re.findall(r"<td>(.*?)</td>", row)] for n, row in table}
    before, after = rows["‖∂L/∂θ‖, all parameters"]
    if before != got[0]:
        yield f"‖∂L/∂θ‖ is {got[0]} above, {before} in the table"
    clips = "By norm it becomes" in text
    if (clips and size.high < limit - 1e-3) or (not clips and size.low > limit + 1e-3):
        yield f"{text} at a threshold of 10^{limit}"
    if not clips and before != after:
        yield f"nothing is clipped, and {before} becomes {after}"
    if size.low > 19.3 and "overflow" not in text:  # the squares leave float32 from 1.8·10¹⁹ on
        yield f"{text}: no word of float32"
    share = next(v for k, v in rows.items() if "share of" in k)
    ratio = next(v for k, v in rows.items() if k.startswith("‖∂L/∂h_1‖"))
    if share[0] != share[1] or ratio[0] != ratio[1]:
        yield f"clipping by norm changes {share} or {ratio}"
    if "clip_shares" in page.charts:
        caption = page.charts["clip_shares"].caption
        if (got := find(rf"bring(?:s)? {PERCENT} of", caption)) and got[0] != share[0]:
            yield f"{caption} beside {share}"


def the_windows(page: Page) -> Iterator[str]:
    """One window read out, beside its curve and its table."""
    if "truncated" not in page.charts:
        return
    chart, T = page.charts["truncated"], page.values["seq_len"]
    text = chart.caption
    lines = {plain(str(t.get("name", ""))): t for t in chart.data}
    cosine = next((t for n, t in lines.items() if "cosine" in n and "all" in n), None)
    table = re.findall(
        r'<th scope="row">(.*?)</th>((?:<td>.*?</td>)+)', page.html("truncation_rows")
    )
    rows = [[plain(v) for v in re.findall(r"<td>(.*?)</td>", row)] for _, row in table]
    if got := find(
        rf"k = (\d+) of {COUNT} points along .*? cosine (\S+), at {N} of its length", text
    ):
        if rows and ([got[2], got[3]] != rows[0] or whole(got[1]) != T):
            yield f"{text} beside {rows}"
        if got[2] == "1.000" and int(got[0]) < T and "No shorter window" in text:
            yield text
    if cosine is None:
        return
    x, y = np.asarray(cosine["x"], float), np.asarray(cosine["y"], float)
    if got := find(
        rf"From k = (\d+) on \({PERCENT} of the sequence\) the cosine is at least", text
    ):
        if (y[x >= int(got[0])] < 0.99 - 1e-6).any():
            yield f"{text} beside {y[x >= int(got[0])].min()}"
        if not is_share(got[1], int(got[0]) / T):
            yield f"{text}: {got[0]} of {T}"


RELATIONS = (the_descents, the_wall, the_vectors, a_real_gradient, the_windows)

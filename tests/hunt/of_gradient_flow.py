"""The first page: verdict, numbers and reasons beside the curve that is drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rnn_core import RNNConfig
from rnn_core.settings import NETWORK
from tests.hunt.curves import WAY, WORDS, Curve
from tests.hunt.numbers import COUNT, PERCENT, N, is_share, whole
from tests.hunt.reading import Page, find, number, read
from ui import run
from ui.settings.every import owned


def config(page: Page) -> RNNConfig:
    """The network of the page."""
    return RNNConfig(**{s.name: page.values[s.key] for s in owned(NETWORK)})


def long_range(page: Page) -> Curve:
    """The line that the verdict is on: of the last loss alone where every step has one."""
    chart = page.charts["gradient_norms"]
    named = (chart.line(name) for name in ("median of", "‖∂L", "size of the gradient"))
    return Curve(next(line for line in named if line is not None))


def total(page: Page) -> Curve:
    """Of all losses; the same line where there is one loss only."""
    line = page.charts["gradient_norms"].line("total of all losses")
    return long_range(page) if line is None else Curve(line)


def sequences(page: Page) -> np.ndarray | None:
    """Each sequence's line (B, T), where they are drawn."""
    name = f"each of {page.values['batch_size']} sequences"
    line = page.charts["gradient_norms"].line(name)
    return None if line is None else line.reshape(page.values["batch_size"], -1)[:, :-1]


def the_word(page: Page) -> Iterator[str]:
    """The big word, its colour and the picture's description: the curve's, and one another's."""
    curve, word = long_range(page), WORDS.get(page.heading())
    if word not in curve.words:
        yield f"“{page.heading()}” over {curve.ratio:.4f} decades, {curve.slope:.4f} a step"
    if f'data-kind="{word}"' not in page.html("verdict"):
        yield f"“{page.heading()}” in the colour of another word"
    for key in ("river.summary", "gradient_norms.alt"):
        text = dict(page.texts).get(key, "")
        if f"{page.heading()}:" not in text:
            yield f"{key} does not say {page.heading()}: {text}"


def the_last_loss(page: Page) -> Iterator[str]:
    """With losses at every step the verdict is that of the page with the last loss alone."""
    if page.values["loss_at"] != "every":
        return
    alone = read("gradient_flow", {**page.link, "loss_at": "last"}, "first_screen")
    mine, its = (
        next((v for k, v in p.facts().items() if k.startswith("‖δ_1‖")), "") for p in (page, alone)
    )
    if page.heading() != alone.heading() or mine != its:
        yield f"{page.heading()}, {mine}; by the last loss alone {alone.heading()}, {its}"


def the_median(page: Page) -> Iterator[str]:
    """The line called a median is that of the sequences beside it."""
    each = sequences(page)
    if each is not None:
        ordered = np.sort(each, axis=0)
        low, high = ordered[(len(each) - 1) // 2], ordered[len(each) // 2]
        with np.errstate(invalid="ignore"):
            middle = np.where(low == high, low, low / 2 + high / 2)
        if not np.allclose(middle, long_range(page).y, atol=1e-3, rtol=1e-5):
            yield "the median is not that of the sequences drawn"


def the_numbers(page: Page) -> Iterator[str]:
    """The four numbers beside the word."""
    curve, facts = long_range(page), page.facts()
    of = ", last loss" if page.values["loss_at"] == "every" else ""
    said = number(facts[f"‖δ_1‖ / ‖δ_T‖{of}"])
    if not said.means(curve.ratio):
        yield f"‖δ_1‖/‖δ_T‖ {facts} beside {curve.ratio}"
    horizon = facts["horizon"]
    lag = None if horizon.startswith("≥") else whole(horizon.split()[0])
    if lag not in curve.horizons():
        yield f"horizon {horizon} beside {curve.horizons()}"
    rate = facts["per step back"]
    named = "doubles in" if curve.slope > 0 else "half-life"
    if curve.zero or math.isnan(curve.slope):
        if rate != "–":
            yield f"a rate of {rate} that leads to exactly 0"
        return
    if abs(curve.slope) > 1e-6 and named not in facts:
        yield f"{sorted(facts)} beside a slope of {curve.slope}"
    if not number(rate).means(curve.slope, 1e-4):
        yield f"{rate} per step back beside {10**curve.slope}"
    lasts = facts.get(named)
    if abs(curve.slope) > 1e-6 and not number(lasts, 4).means(math.log10(curve.half_life), 1e-3):
        yield f"{named} {lasts} beside {curve.half_life}"


def the_headline(page: Page) -> Iterator[str]:
    """Each number of the sentence below the word."""
    curve, text, T = long_range(page), page.text("verdict"), page.values["seq_len"]
    word = WORDS[page.heading()]
    if got := find(rf"a step back multiplies \D+? by {N}(?:[:.]|$)", text):
        if not number(got[0]).means(curve.slope, 1e-4):
            yield f"multiplies by {got[0]} beside {10**curve.slope}"
    if got := find(rf"it (halves|doubles) every {N} step", text):
        way = -1 if got[0] == "halves" else 1
        if way * curve.slope <= 0 or way != WAY[word]:
            yield f"{got[0]} at {10**curve.slope} per step, {word}"
        if not number(got[1], 4).means(math.log10(curve.half_life), 1e-3):
            yield f"{got[0]} every {got[1]} steps beside {curve.half_life}"
    if got := find(rf"first below a thousandth after {COUNT} step", text):
        if whole(got[0]) not in curve.horizons():
            yield f"below a thousandth after {got[0]} beside {curve.horizons()}"
    if got := find(rf"Step 1 gets {N} times what step {T} gets", text):
        if not number(got[0]).means(curve.ratio):
            yield f"step 1 gets {got[0]} beside {curve.ratio}"
    if got := find(rf"Over {COUNT} steps? (?:the gradient|what \D+) changes by ×{N}", text):
        if whole(got[0]) != T - 1 or not number(got[1]).means(curve.ratio):
            yield f"over {got[0]} steps ×{got[1]} beside {curve.ratio}"
    if got := find(rf"At this rate {COUNT} steps would make it ×{N}", text):
        if not number(got[1], 2).means(curve.slope * whole(got[0]), 2e-3):
            yield f"{got} at {curve.slope} decades a step"
    if got := find(rf"[Tt]he total (?:of all losses, as drawn, )?changes by ×{N}", text):
        if not number(got[0]).means(total(page).ratio):
            yield f"the total changes by {got[0]} beside {total(page).ratio}"
    if got := find(r"(?:sends back|[Tt]he gradient) is exactly 0 from step (\d+) back", text):
        if int(got[0]) != curve.zero:
            yield f"exactly 0 from step {got[0]} back, drawn from {curve.zero}"
    elif "is exactly 0 at every step" in text and curve.zero != T and "h stays 0" not in text:
        yield "exactly 0 at every step, and something is drawn"
    if got := find(rf"first (grows|shrinks) to ×{N}, {COUNT} steps? back, and then", text):
        yield from _a_bend(curve, *got)


def _a_bend(curve: Curve, way: str, size: str, lag: str) -> Iterator[str]:
    """“Going back it first grows to ×20, 7 steps back, and then shrinks”: and so it does."""
    back = curve.y[::-1] - curve.y[-1]
    top = whole(lag)
    if not number(size).means(float(back[top])):
        yield f"{way} to {size} beside {back[top]}"
    side = 1 if way == "grows" else -1
    before, after = side * back[: top + 1], side * back[top:]
    if (before > before[-1] + 1e-4).any() or (after > after[0] + 1e-4).any():
        yield f"it first {way}, to no end"
    if (before < before[0] - 0.5).any():
        yield f"it first {way} to {size}, and before it goes to 10^{side * before.min():.2f}"


def the_reasons(page: Page) -> Iterator[str]:
    """φ′ times W_h, and which of the two it is laid upon."""
    text, T, word = page.text("verdict"), page.values["seq_len"], WORDS[page.heading()]
    got = find(
        rf"in one step φ′ multiplies the norm by {N} \((?:{PERCENT} of units [\w ]+|linear)\) "
        rf"and W_h by {N} \(ρ {N}, σ_max {N}"
        rf"(?:; sequence {COUNT}, the one nearest the median)?\)\. ?(.*)$",
        text,
    )
    if got is None:
        if "multiplies the norm by" in text and "W_h by" in text:
            yield f"a sentence that cannot be read: {text}"
        return
    phi, off, W_h, radius, norm, sequence, reason = got
    if (sequence is None) != (page.values["batch_size"] == 1):
        yield f"of whom these averages are: {text}"
    if number(radius).low > number(norm).high + 1e-5:
        yield f"ρ {radius} above σ_max {norm}"
    a, w = number(phi), number(W_h)
    step = (a.low + w.low, a.high + w.high)
    walk = page.pieces["river"]["walk"]
    if page.values["loss_at"] == "last" and sequence:
        if walk["sequence"] != whole(sequence):
            yield f"sequence {sequence} here, {walk['sequence']} in the picture"
        curve = Curve(np.asarray(walk["log10"], float))
        mean = curve.ratio / (T - 1)
        if math.isfinite(mean) and not step[0] - 1e-4 <= mean <= step[1] + 1e-4:
            yield f"{phi} × {W_h} a step beside 10^{mean} in that sequence"
    shares = page.pieces["river"].get("saturated")
    if off and shares is not None and not is_share(off, float(np.mean(shares)), 1e-5):
        yield f"{off} of units beside {float(np.mean(shares))}"
    for sentence, holds in (
        ("gives more than φ′ takes", step[1] > 0),
        ("takes more than W_h gives", step[0] < 0),
        ("Most of the shrinking is φ′", a.low <= w.high and step[0] < 0),
        ("Most of the shrinking is W_h", w.low <= a.high and step[0] < 0),
        ("Both stay near 1", max(map(abs, (*step, a.low, w.low))) < 0.1),
        ("The two nearly cancel", abs(step[0]) < 0.05 and not a.low <= 0 <= a.high),
        ("ρ > 1, but", number(radius).high > 0),
        ("ρ < 1, but", number(radius).low < 0 and number(norm).high > 0),
        ("W_h is far from normal", number(norm).high > number(radius).low + math.log10(1.05)),
        ("that is not yet a factor of 10", abs(sum(step) / 2) * (T - 1) < 1 + 0.01 * T),
    ):
        if sentence in reason and not holds:
            yield f"“{reason}” at {phi} × {W_h}, ρ {radius}, σ_max {norm}, {T} steps: {word}"


def the_still_state(page: Page) -> Iterator[str]:
    """A fixed point at 0 is said to be one, and nothing else is."""
    flow, text = run.gradient_flow(config(page)), page.text("verdict")
    start = getattr(flow.trace, "start", None)
    still = not flow.hidden.any() and (start is None or not np.any(start))
    said = "h stays 0" in text
    if said != still and "leaves float64" not in text and "float32" not in text:
        yield f"h is {'0 throughout' if still else 'not always 0'}, and it says: {text}"
    if still and "is exactly 0" in text and np.any(flow.gradients.get("W_h", 0)):
        yield "∂L/∂W_h is called exactly 0, and is not"


def the_remedies(page: Page) -> Iterator[str]:
    """What would help, beside the verdict and the curve; and each tried as a reader would."""
    from ui.gradient_flow import check_words

    c, curve = config(page), long_range(page)
    flow, offered = run.gradient_flow(c), run.remedies(c)
    still = "h stays 0" in page.text("verdict")
    for tried in offered:
        after = run.gradient_flow(replace(c, **dict(tried.change)))
        said = check_words.remedy(tried.title, tried.factor, tried.log10_ratio)
        got = find(rf": (×{N}|–) per step back, (×{N}) from T to 1", said)
        if got is None or not number(got[2]).means(after.log10_ratio):
            yield f"“{said}” ends at 10^{after.log10_ratio}"
        elif flow.overflow is None and not abs(after.log10_ratio) < abs(curve.ratio):
            yield f"“{said}” is no better than 10^{curve.ratio}"
    if offered:
        return
    said = check_words.no_remedy(flow, too_large=run.too_large_to_try(c))
    if "Nothing needs mending" in said:
        whole_way = np.abs(curve.y - curve.y[-1]).max()
        if "flowing" not in curve.words or not curve.flat or still or whole_way > 3 + 1e-4:
            yield f"“{said}” of {curve.words}, half-life {curve.half_life}, h stays 0: {still}"
        if "flowing" not in total(page).words:
            yield f"“{said}” of a total of {total(page).ratio} decades"
        if "leaves float64" in page.text("verdict") or "limit of" in page.text("verdict"):
            yield f"“{said}” beside {page.text('verdict')}"
    if "None of the changes" in said:
        yield from _would_help(c, curve)


def _would_help(c: RNNConfig, curve: Curve) -> Iterator[str]:
    """A slider of the page that a reader would try, and that does help after all."""
    tries = [{"gain": gain} for gain in (0.5, 0.9, 1.0, 1.1, 1.5, 2.0)]
    tries += [{name: 4.0} for name in ("update_bias", "forget_bias")]
    tries += [{"alpha": alpha} for alpha in (0.1, 1.0)]
    for change in tries:
        name = next(iter(change))
        heard = name in c.cell_used.hears or any(s.name == name for s in c.cell_used.settings)
        if not heard:
            continue
        after = run.gradient_flow(replace(c, **change)).log10_ratio
        nearer = abs(after) <= 0.4 * abs(curve.ratio) if math.isfinite(curve.ratio) else True
        if math.isfinite(after) and nearer and abs(after) < 1 < abs(curve.ratio):
            yield f"“None of the changes tried”, and {change} makes 10^{after:.2f}"
            return


def the_main_caption(page: Page) -> Iterator[str]:
    """The sentence under the main chart: of its thick line, then of the total of all losses."""
    text, curve, T = page.charts["gradient_norms"].caption, long_range(page), page.values["seq_len"]
    if got := find(rf"From step {T} back to step 1 .*? (rises|falls) from {N} to {N}", text):
        if not (number(got[1]).means(curve.y[-1]) and number(got[2]).means(curve.y[0])):
            yield f"{got} beside {curve.y[-1]}, {curve.y[0]}"
        if (curve.ratio > 1e-4) != (got[0] == "rises") and abs(curve.ratio) > 1e-4:
            yield f"{got[0]} by {curve.ratio}"
    elif got := find(rf"ends where it began, at {N}", text):
        if abs(curve.ratio) > 0.01:
            yield f"ends where it began, {curve.ratio} decades away"
    elif "exactly 0" not in text:
        yield f"a caption that cannot be read: {text}"
    if got := find(r"falls to exactly 0 at step (\d+)", text):
        if int(got[0]) != curve.zero:
            yield f"exactly 0 at step {got[0]}, drawn from {curve.zero}"
    each = sequences(page)
    if (got := find(rf"; the sequences end between {N} and {N}", text)) and each is not None:
        if not (number(got[0]).means(each[:, 0].min()) and number(got[1]).means(each[:, 0].max())):
            yield f"sequences end between {got} beside {sorted(each[:, 0])}"
    if got := find(rf"the fitted factor alone would make ×{N}", text):
        fitted = curve.slope * (T - 1)
        if not number(got[0]).means(fitted, 2e-3) or abs(fitted - curve.ratio) < 0.29:
            yield f"the fitted factor would make {got[0]} beside 10^{fitted}"
    if got := find(rf"The thin line is the total of all losses: ×{N}", text):
        if not number(got[0]).means(total(page).ratio):
            yield f"{text} beside {total(page).ratio}"
    if got := find(r"The total of all losses falls to exactly 0 at step (\d+)", text):
        if int(got[0]) != total(page).zero:
            yield f"{text} beside {total(page).zero}"
    yield from _beside_rho(page, text, curve)


def _beside_rho(page: Page, text: str, curve: Curve) -> Iterator[str]:
    """ρ^k, from the eigenvalues that are drawn."""
    values = eigenvalues(page)
    if values is None or not np.abs(values).max() > 0 or page.values["loss_at"] == "every":
        return
    off = curve.ratio - (curve.steps - 1) * math.log10(np.abs(values).max())
    if got := find(rf"That is {N} decades (below|above) ρ\^k", text):
        side = "below" if off < 0 else "above"
        if got[1] != side or not number(got[0], 2).is_number(abs(off), 5e-3):
            yield f"{got} ρ^k beside {off}"
    if "ρ^k is right here to within 1 %" in text and abs(off) > 0.006:
        yield f"ρ^k right to 1 %, {off} decades off"
    if got := find(rf"ρ\^k is right to within ×{N}", text):
        if not number(got[0]).means(abs(off), 2e-3):
            yield f"ρ^k right to within ×{got[0]}, {off} decades off"


def eigenvalues(page: Page) -> np.ndarray | None:
    """Those drawn of the matrix; None where they are the last Jacobian's."""
    chart = page.charts["eigenvalues"]
    if "J_T" in chart.title:
        return None
    trace = next(t for t in chart.data if str(t["name"]).startswith("λ of"))
    return np.asarray(trace["x"], float) + 1j * np.asarray(trace["y"], float)


def the_eigenvalues(page: Page) -> Iterator[str]:
    """Counts and sizes under the circle."""
    chart = page.charts["eigenvalues"]
    trace = next(t for t in chart.data if str(t["name"]).startswith("λ of"))
    size = np.abs(np.asarray(trace["x"], float) + 1j * np.asarray(trace["y"], float))
    got = find(rf"{COUNT} of {COUNT} eigenvalues? of", chart.caption)
    near = int((np.abs(size - 1) < 1e-6).sum())
    outside = int((size > 1 + 1e-6).sum())
    if got is None or whole(got[1]) != len(size) or not outside <= whole(got[0]) <= outside + near:
        yield f"{chart.caption} beside {sorted(size)}"
    got = find(rf"ρ = {N} .*?σ_max = {N} the most", chart.caption)
    if got is None or abs(float(got[0].replace(",", "")) - size.max()) > 6e-4 + 1e-6 * size.max():
        yield f"{chart.caption} beside {size.max()}"
    elif number(got[1]).high < number(got[0]).low - 1e-6:
        yield f"σ_max below ρ: {chart.caption}"
    ratio = find(rf"Their ratio, {N}, tells", chart.caption)
    if ratio is None and got and "nearly agree" in chart.caption:
        norm, radius = (float(v.replace(",", "")) for v in (got[1], got[0]))
        if norm > 1.06 * radius + 1e-3:
            yield f"they do not agree: {chart.caption}"


def who_teaches_whom(page: Page) -> Iterator[str]:
    """Counted in the matrix that is drawn."""
    chart = page.charts["teaching"]
    heat = chart.data[0]
    z, rows = np.asarray(heat["z"], float), np.asarray(heat["y"], int)
    lags, near = [], 0
    for row, j in zip(z, rows, strict=True):
        back = row[: j - 1][::-1]
        if (back < -3).any():
            lags.append(int((back < -3).argmax()) + 1)
        near += bool((np.abs(back + 3) < 1e-4).any())
    text = chart.caption
    if got := find(rf"{COUNT} of {COUNT} loss(?:es)? shown fall below", text):
        if abs(whole(got[0]) - len(lags)) > near or whole(got[1]) != len(rows):
            yield f"{got} beside {len(lags)} of {len(rows)}"
        back = find(rf"typically {COUNT} steps? back", text)
        if not near and lags and whole(back[0]) != int(np.median(lags)):
            yield f"typically {back[0]} back beside {np.median(lags)}"
    elif len(lags) > near:
        yield f"“{text}” and {len(lags)} do"
    if "every step can teach every earlier one" in text:
        if "flowing" not in long_range(page).words or np.nanmin(np.where(z < -399, -400, z)) < -3:
            yield f"“{text}” of {long_range(page).words}"
    if got := find(rf"The loss at step {COUNT} arrives there as ×{N}", text):
        if not number(got[1]).means(float(z[-1, 0])):
            yield f"{got} beside {z[-1, 0]}"
    if "sequence" not in text:
        yield f"one sequence's numbers, unnamed: {text}"


def the_shares(page: Page) -> Iterator[str]:
    """Added up from the bars."""
    chart = page.charts["shares"]
    share = np.asarray(chart.data[0]["y"], float) / 100
    text, T = chart.caption, len(share)
    if not share.any():
        if "exactly 0" not in text:
            yield f"no bar, and: {text}"
        return
    if got := find(rf"The last (?:step|{COUNT} steps) carr(?:y|ies) {PERCENT} of", text):
        last = whole(got[0] or "1")
        if not is_share(got[1], float(share[-last:].sum()), 1e-5):
            yield f"{text} beside {share[-last:].sum()}"
    else:
        yield f"a caption that cannot be read: {text}"
    if got := find(rf"first half of the sequence {PERCENT}", text):
        half = max(float(share[: T // 2].sum()), 1e-50)  # bars travel as float32, which ends there
        if not is_share(got[0], half, 1e-5):
            yield f"{text} beside {share[: T // 2].sum()}"
    if got := find(r"the largest term is step (\d+)'s", text):
        if share[int(got[0]) - 1] < share.max() - 1e-6:
            yield f"{text} beside {share.argmax() + 1}"


def the_units(page: Page) -> Iterator[str]:
    """φ′ by unit and step: what is said of all sequences, by the picture and the curve above it."""
    if "derivative_map" not in page.charts:
        return
    chart, river = page.charts["derivative_map"], page.pieces["river"]
    text = chart.caption
    if "φ′ = 1 everywhere" in text:
        if page.values["batch_size"] == 1 and (np.asarray(chart.data[0]["z"]) != 1).any():
            yield f"{text} and φ′ is not 1"
        return
    got = find(rf"Mean φ′ = {N}; {PERCENT} of units are", text)
    share = np.asarray(river["saturated"], float)
    mean = float(np.mean(np.asarray(river["mean_dphi"], float)))
    if not number(got[0]).is_number(mean) or not is_share(got[1], float(share.mean()), 1e-5):
        yield f"{text} beside {mean}, {share.mean()}"
    if got := find(rf"most at step {COUNT} \({PERCENT}\)", text):
        at = whole(got[0]) - 1
        if share[at] < share.max() - 1e-6 or not is_share(got[1], float(share[at]), 1e-5):
            yield f"{text} beside {share}"
    if got := find(rf"; {PERCENT} of units are [\w ]+? at every step of every sequence", text):
        if not is_share(got[0], 1.0) and got[0] == "100 %":
            yield text
        if float(share.min()) < 1e-9:
            yield f"{text}, and at one step no unit is"
    if page.values["batch_size"] > 1 and not re.search(r"Heat map: sequence \d", text):
        yield f"one sequence's map, unnamed: {text}"


def the_laws(page: Page) -> Iterator[str]:
    """A bound is above what it bounds, and the tightest of them is the lowest."""
    from ui.gradient_flow import law_words

    laws = run.laws(config(page), page.values["laws"])
    bounds = {}
    for label, _, sentence, _ in law_words.theory(run.gradient_flow(config(page)), laws):
        if got := find(r"At most (×\S+) .*?over .*?; measured (×\S+?)(?: |:|$)", sentence):
            most, done = (_law_size(text) for text in got)
            bounds[label] = most
            if done.low > most.high + 1e-6 * abs(most.high) + 1e-5:
                yield f"{label}: {sentence}"
            if "the bound is met" in sentence and most.low - done.high > 0.06:
                yield f"{label}: {sentence}"
        if got := find(rf"{N} decades too (?:much|little)\.(.*)$", sentence):
            # A law that is far off says why, or another reader takes it for one that holds.
            if number(got[0]).low > math.log10(2) and not got[1].strip():
                yield f"{label} is off without a word of why: {sentence}"
        if "The tightest of the bounds shown" in sentence:
            tightest = label, most
    if len(bounds) > 1:
        label, most = tightest
        if any(most.low > other.high + 1e-5 for other in bounds.values()):
            yield f"{label} is called the tightest of {bounds}"


def _law_size(text: str):
    return number("0" if "exactly" in text else text.rstrip(":.;"))


RELATIONS = (
    the_word,
    the_last_loss,
    the_median,
    the_numbers,
    the_headline,
    the_reasons,
    the_still_state,
    the_remedies,
    the_main_caption,
    the_eigenvalues,
    who_teaches_whom,
    the_shares,
    the_units,
    the_laws,
)

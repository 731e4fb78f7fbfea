"""Plain words: no sign that a newcomer has not met, and the same
numbers as in the picture, the chart and the other words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.network_settings import OF_CELLS as OWN_SETTINGS
from rnn_core.numbers.said import FULL, PLAIN
from rnn_core.studies.architectures import NAMES as LABELS
from tests.hunt import of_clipping, of_gradient_flow, of_neuron
from tests.hunt.curves import WAY, WORDS, Curve
from tests.hunt.numbers import COUNT, PERCENT, N, Said, is_share, said, whole
from tests.hunt.of_cells import rows
from tests.hunt.of_gradient_flow import long_range, total
from tests.hunt.reading import Page, find, number, plain, read
from ui import run

# What a newcomer has not met: Greek and other letters of formulas, letters with an index, powers of
# ten, and names of the field that only its own explanation could make plain.
SIGNS = re.compile(
    r"[Α-Ωα-ωϕ∂∇‖⊙ᵀ′√∈≤≥≈]|\b[A-Za-z]_[{\w]|\b[A-Za-z]\^|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|"
    r"\b(Jacobians?|decades?|horizon|float(32|64)|linearisation|saturation|mean field|exp of|"
    r"non-normal|attractors?|singular|log axis|lag)\b"
)
# Names of things to choose, which stand on their controls and open an explanation there.
_OF_CELLS = "|".join(re.escape(setting.brief or setting.label) for setting in OWN_SETTINGS.values())
NAMES = re.compile(
    r"norm bound|realised bound|spectral radius|mean field, given the input|Lyapunov exponent|"
    r"LSTM shortcut|W_h scale|[Oo]rthogonal W_h|"
    rf"(?:{_OF_CELLS}) [\d.]+|"
    r"non-normal|\bw_(?:in|h|out)\b"
)

NAMES_OF_CELLS = set(LABELS.values())
EVERYDAY = (
    r"(more than 1,000 trillion|less than a trillionth|"
    r"\d+(?:,\d{3})*(?:\.\d+)?(?: (?:million|billion|trillion|billionths|trillionths)\b)?)"
)
SHARE = rf"({PERCENT[1:-1]}|{EVERYDAY[1:-1]})"
_SIZES = {"million": 6, "billion": 9, "trillion": 12, "billionths": -9, "trillionths": -12}


def amount(text: str) -> Said:
    """A size in plain words: 27 %, 0.000072, 170 billionths, 4,400, 23 billion."""
    if text.startswith("less than"):
        return Said(1.0, -math.inf, -12.0)
    if text.startswith("more than"):
        return Said(1.0, 15.0, math.inf)
    if text.endswith(" %"):
        share = said(text.removesuffix(" %"))
        return Said(share.sign, share.low - 2, min(share.high - 2, 0.0))
    mantissa, _, size = text.partition(" ")
    found, power = said(mantissa, 2), _SIZES.get(size, 0)
    return Said(found.sign, found.low + power, found.high + power)


def _names(page: Page) -> Iterator[tuple[str, str]]:
    """What stands in legends, on axes and on a chart."""
    for key, chart in page.charts.items():
        layout = chart.layout
        for trace in chart.data:
            yield f"{key}.legend", plain(str(trace.get("name", "")))
            bar = trace.get("colorbar", {}).get("title", {})
            yield f"{key}.colorbar", plain(str(bar.get("text", "")))
        for axis in ("xaxis", "yaxis"):
            title = plain(str(layout.get(axis, {}).get("title", {}).get("text", "")))
            yield (
                f"{key}.{axis}",
                re.sub(", in 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+$", "", title),
            )  # a unit, as of ticks
        for note in layout.get("annotations", []):
            yield f"{key}.note", plain(str(note.get("text", "")))


def no_signs(page: Page) -> Iterator[str]:
    """Nothing on a plain page wants an explanation that is not in it."""
    for where, text in (*page.texts, *_names(page)):
        if got := SIGNS.search(NAMES.sub("", text)):
            yield f"{where}: “{got[0]}” in plain words: {text}"


def the_same_word(page: Page) -> Iterator[str]:
    """The other words come to the same verdict, and both pages draw the same lines."""
    full = read("gradient_flow", {**page.link, "words": FULL}, "first_screen")
    if full.heading() != page.heading():
        yield f"{page.heading()} in plain words, {full.heading()} in the others"
    if not np.array_equal(long_range(page).y, long_range(full).y):
        yield "another curve in plain words"


def the_headline(page: Page) -> Iterator[str]:
    """Each number of the sentence below the word."""
    curve, text, T = long_range(page), page.text("verdict"), page.values["seq_len"]
    yield from _a_step(curve, text)
    if got := find(rf"(half of it is lost|it doubles) every {N} step", text):
        way = 1 if "doubles" in got[0] else -1
        if way * curve.slope <= 0 or way != WAY[WORDS[page.heading()]]:
            yield f"{got[0]} at {10**curve.slope} per step, {page.heading()}"
        if not number(got[1], 4).means(math.log10(curve.half_life), 1e-3):
            yield f"{got[0]} every {got[1]} steps beside {curve.half_life}"
    if got := find(
        rf"After {COUNT} steps? {SHARE} of (?:it|the gradient|what the \D+?) (?:is|are) "
        "left",
        text,
    ):
        if whole(got[0]) != T - 1 or not amount(got[1]).means(curve.ratio):
            yield f"after {got[0]} steps {got[1]} is left, beside 10^{curve.ratio} after {T - 1}"
    if got := find(rf"(?<!losses )[Ss]tep 1 gets {SHARE} (of|times) what step {COUNT} gets", text):
        if whole(got[2]) != T or not amount(got[0]).means(curve.ratio):
            yield f"step 1 gets {got} beside 10^{curve.ratio}"
        if (got[1] == "times") != (curve.ratio >= -1e-9) and abs(curve.ratio) > 1e-5:
            yield f"step 1 gets {got}, the curve goes by {curve.ratio} decades"
    if got := find(rf"Over {COUNT} steps? .*? becomes {SHARE} times as large", text):
        if whole(got[0]) != T - 1 or not amount(got[1]).means(curve.ratio):
            yield f"becomes {got[1]} times as large beside 10^{curve.ratio}"
    if got := find(rf"At this rate {COUNT} steps would (?:leave|make it) {SHARE} ", text):
        if not amount(got[1]).means(curve.slope * whole(got[0]), 2e-3):
            yield f"{got} at {curve.slope} decades a step"
    if got := find(rf"Of the total of all losses step 1 gets {SHARE} (?:of|times)", text):
        if not amount(got[0]).means(total(page).ratio):
            yield f"of the total step 1 gets {got[0]} beside 10^{total(page).ratio}"
    if got := find(
        rf"first (grows|shrinks) to {SHARE} (?:of|times) its size, {COUNT} steps? back", text
    ):
        top, back = whole(got[2]), curve.y[::-1] - curve.y[-1]
        if not amount(got[1]).means(float(back[top])):
            yield f"{got} beside 10^{back[top]}"
    if got := find(r"From step (\d+) back nothing is left of", text):
        if int(got[0]) != curve.zero:
            yield f"nothing from step {got[0]} back, drawn from {curve.zero}"
    if "arrives at any step" in text and curve.zero != T:
        yield "nothing at any step, and something is drawn"


def _a_step(curve: Curve, text: str) -> Iterator[str]:
    """“Each step back keeps 85 % of it”, “makes it 1.2 times as large”."""
    if got := find(rf"each step back keeps {PERCENT} of", text):
        if not is_share(got[0], 10**curve.slope, 1e-4):
            yield f"a step back keeps {got[0]} beside {10**curve.slope}"
    if got := find(
        rf"each step back makes (?:the gradient|what \D+?) {EVERYDAY} times as large", text
    ):
        if not amount(got[0]).means(curve.slope, 1e-4):
            yield f"a step back makes it {got[0]} times as large beside {10**curve.slope}"
    if re.search("each step back leaves .* as it is", text) and abs(curve.slope) > 3e-4:
        yield f"a step back leaves it as it is, at {10**curve.slope}"


def the_numbers(page: Page) -> Iterator[str]:
    """The four numbers beside the word."""
    curve, facts, T = long_range(page), page.facts(), page.values["seq_len"]
    of = ", last loss" if page.values["loss_at"] == "every" else ""
    left = facts.get(f"left at step 1{of}") or facts.get(f"step 1 gets{of}") or "–"
    if not amount(left.removesuffix(" times")).means(curve.ratio):
        yield f"{facts} beside 10^{curve.ratio}"
    reached = facts["1/1000 is left after"]
    lag = None if reached.startswith("not in") else whole(reached.split()[0])
    if lag not in curve.horizons() or (
        lag is None and reached.split()[:3] != ["not", "in", str(T - 1)]
    ):
        yield f"1/1000 is left after {reached} beside {curve.horizons()}"
    if curve.zero or math.isnan(curve.slope) or abs(curve.slope) < 1e-6:
        return
    name = "each step back makes it" if curve.slope > 0 else "each step keeps"
    rate = facts.get(name, "")
    if curve.slope < 0 and not is_share(rate, 10**curve.slope, 1e-4):
        yield f"{facts} beside {10**curve.slope} a step"
    if curve.slope > 0 and not number(rate.removesuffix(" times")).means(curve.slope, 1e-4):
        yield f"{facts} beside {10**curve.slope} a step"
    lasts = facts.get("doubled after" if curve.slope > 0 else "half is lost after", "–")
    if not number(lasts, 4).means(math.log10(curve.half_life), 1e-3):
        yield f"{facts} beside {curve.half_life} steps"


def the_reasons(page: Page) -> Iterator[str]:
    """What the activation keeps and the weights do, against the steps of the picture."""
    text, walk = page.text("verdict"), page.pieces["river"]["walk"]
    got = find(
        rf"In each step the activation, .*?, keeps {PERCENT} of the gradient \({PERCENT} of units "
        rf".*?\), and the recurrent weights (?:keep|make what is left) {SHARE} ",
        text,
    )
    if got is None or page.values["loss_at"] != "last" or page.values["batch_size"] == 1:
        return
    named = find(r"\(sequence (\d+), a typical one\)", text)
    if named is None or int(named[0]) != walk["sequence"]:
        yield f"whose steps these are: {text}"
    shares = page.pieces["river"].get("saturated")
    if shares is not None and not is_share(got[1], float(np.mean(shares)), 1e-5):
        yield f"{got[1]} of units beside {float(np.mean(shares))}"
    own = Curve(np.asarray(walk["log10"], float))
    mean = own.ratio / (own.steps - 1)
    phi, weights = amount(got[0]), amount(got[2])
    if math.isfinite(mean) and not phi.low + weights.low - 1e-4 <= mean <= (
        phi.high + weights.high + 1e-4
    ):
        yield f"{got[0]} and {got[2]} a step beside 10^{mean} in that sequence"
    for sentence, holds in (
        ("weights give more than the activation takes", phi.high + weights.high > 0),
        ("activation takes more than the weights give", phi.low + weights.low < 0),
        ("Most of the shrinking is the activation’s", phi.low <= weights.high),
        ("Most of the shrinking is the weights’", weights.low <= phi.high),
    ):
        if sentence in text and not holds:
            yield f"“{sentence}” at {got}"


def the_main_caption(page: Page) -> Iterator[str]:
    """The sentence under the main chart."""
    text, curve = page.charts["gradient_norms"].caption, long_range(page)
    if got := find(rf" (rises|falls) from {EVERYDAY} to {EVERYDAY}", text):
        if not (amount(got[1]).means(curve.y[-1]) and amount(got[2]).means(curve.y[0])):
            yield f"{got} beside {curve.y[-1]}, {curve.y[0]}"
        if (curve.ratio > 1e-4) != (got[0] == "rises") and abs(curve.ratio) > 1e-4:
            yield f"{got[0]} by {curve.ratio}"
    elif "ends where it began" in text:
        if abs(curve.ratio) > 0.01:
            yield f"ends where it began, {curve.ratio} decades away"
    elif "exactly 0" not in text:
        yield f"a caption that cannot be read: {text}"
    each = of_gradient_flow.sequences(page)
    got = find(rf"; the sequences end between {EVERYDAY} and {EVERYDAY}", text)
    if got and each is not None:
        if not (amount(got[0]).means(each[:, 0].min()) and amount(got[1]).means(each[:, 0].max())):
            yield f"sequences end between {got} beside {sorted(each[:, 0])}"
    values = _eigenvalues(page)
    got = find(rf"largest eigenvalue alone promises {EVERYDAY} times (more|less)", text)
    if got and values is not None and page.values["loss_at"] == "last":
        off = curve.ratio - (curve.steps - 1) * math.log10(np.abs(values).max())
        if (got[1] == "more") != (off < 0) or not amount(got[0]).means(abs(off), 5e-3):
            yield f"{got} beside {off} decades"


def _eigenvalues(page: Page) -> np.ndarray | None:
    """Those drawn of the weights; None where they are the last step's."""
    chart = page.charts["eigenvalues"]
    if "the last step" in chart.title:
        return None
    trace = next(t for t in chart.data if t["name"] == "eigenvalues")
    return np.asarray(trace["x"], float) + 1j * np.asarray(trace["y"], float)


def the_still_state(page: Page) -> Iterator[str]:
    """ "The state stays 0" where the other words say that h does."""
    full = read("gradient_flow", {**page.link, "words": FULL}, "first_screen").text("verdict")
    if ("The state stays 0" in page.text("verdict")) != ("h stays 0" in full):
        yield f"“{page.text('verdict')}” beside “{full}”"


def what_lasts(page: Page) -> Iterator[str]:
    """Of the first state at the last step, and of the last loss at step 1."""
    if "memory_norms" not in page.charts:
        return
    chart, T = page.charts["memory_norms"], page.values["seq_len"]
    norm, back = chart.line("forward: the change that lasts best"), chart.line("backward")
    got = find(rf"at most {SHARE} (?:of|times) its size arrives at step {T}", chart.caption)
    if got and not amount(got[0]).means(float(norm[-1])):
        yield f"{chart.caption} beside {norm[-1]}"
    got = find(rf"last loss arrives at step 1 with {SHARE} (?:of|times) its size", chart.caption)
    if got and not amount(got[0]).means(float(back[0])):
        yield f"{chart.caption} beside {back[0]}"
    full = read("gradient_flow", {**page.link, "words": FULL}, "memory")
    for key in ("trajectories", "distances"):
        words = [p.charts[key].caption for p in (page, full)]
        for word in ("forgotten", "fading", "no longer near one another", "chaos", "still apart"):
            if len({word in text for text in words}) == 2:
                yield f"“{words[0]}” beside “{words[1]}”"


def _done(text: str) -> tuple[float, float]:
    """The decades that “keeps 85 % of it”, “makes it 1.2 times as large” may stand for."""
    if got := find(rf"keeps {PERCENT} of", text):
        share = amount(re.sub("over |under ", "", got[0]))
        low = -math.inf if got[0].startswith("under") else share.low
        return low, 0.0 if got[0].startswith("over") else share.high
    if got := find(rf"makes .*? {EVERYDAY} times as large", text):
        return amount(got[0]).low, amount(got[0]).high
    if "as it is" in text:
        return -1e-3, 1e-3
    return (-math.inf, -math.inf) if "leaves nothing of" in text else (math.nan, math.nan)


def the_gate(page: Page) -> Iterator[str]:
    """What the gate keeps is what is drawn of it, and what it and a whole step leave of the
    gradient is what the other words say."""
    if "gate_map" not in page.charts:
        return
    chart = page.charts["gate_map"]
    if not CELLS[page.values["cell"]].kept.alone or np.mean(chart.data[1]["y"]) > 1.0:
        return  # of columns, and of gates of exp, nothing is said of the gate alone
    got = find(
        rf"A step keeps {PERCENT} of the state on average, and {PERCENT} of \w+s keep more than "
        r"90 %\. Through the gate alone a step (.*?), all in all it (.*)",
        chart.caption,
    )
    heat, mean = chart.data
    full = read("gradient_flow", {**page.link, "words": FULL}).charts["gate_map"].caption
    its = find(rf"a step leaves ×{N} .*? multiplies the gradient by ×?{N}", full)
    if got is None or its is None:
        yield f"“{chart.caption}” beside “{full}”"
        return
    if not is_share(got[0], float(np.mean(mean["y"])), 1e-4):
        yield f"{got[0]} of the state beside {np.mean(mean['y'])}"
    z = np.asarray(heat["z"], float)
    if page.values["batch_size"] == 1:
        near = z.mean(axis=1)
        if np.abs(near - 0.9).min() > 1e-4 and not is_share(got[1], float((near > 0.9).mean())):
            yield f"{got[1]} of units keep more than 90 %, drawn: {near}"
        low, high = _done(got[2])
        if not low - 1e-3 <= float(np.log10(np.maximum(z, 1e-300)).mean()) <= high + 1e-3:
            yield f"the gate alone {got[2]}, drawn: {z}"
    for mine, other in zip(map(_done, got[2:]), map(number, its), strict=True):
        # What cannot be read is nan, and compares with nothing.
        if not (mine[0] <= other.high + 1e-3 and other.low <= mine[1] + 1e-3):
            yield f"“{chart.caption}” beside “{full}”"


def the_laws(page: Page) -> Iterator[str]:
    """A bound is above what it bounds, and both are what the other words say."""
    from ui.gradient_flow import law_words

    c = of_gradient_flow.config(page)
    for _, _, sentence, _ in law_words.theory(
        run.gradient_flow(c), run.laws(c, page.values["laws"])
    ):
        if got := SIGNS.search(NAMES.sub("", sentence.plain)):
            yield f"“{got[0]}” in plain words: {sentence.plain}"
        size = rf"({SHARE[1:-1]}|exactly nothing)"
        got = find(
            rf"at most {size}(?: times as much)? can be left\. Measured.*?: {size}", sentence.plain
        )
        full = find(r"At most ×(\S+?)(?: exactly)? over .*?; measured ×(\S+?)(?: |:|$)", sentence)
        if (got is None) != (full is None):
            yield f"“{sentence.plain}” beside “{sentence}”"
        if got is None or "exactly nothing" in got:
            continue
        most, done = map(amount, got)
        if done.low > most.high + 1e-5:
            yield f"a bound below what it bounds: {sentence.plain}"
        for mine, its in zip((most, done), map(number, full), strict=True):
            if mine.low > its.high + 1e-5 or its.low > mine.high + 1e-5:
                yield f"“{sentence.plain}” beside “{sentence}”"


def the_cells(page: Page) -> Iterator[str]:
    """Architectures: what is left in the best cell and in the one furthest off, at their lines."""
    chart, text = page.charts["architectures"], page.text("best")
    T = page.values["seq_len"]

    def ratio(cell: str) -> float:
        y = chart.line(cell)
        return float(y[0] - y[-1])

    got = find(
        rf"After {COUNT} steps? back (?:{SHARE} of .*? (?:is|are) left|there is {SHARE} times as "
        r"much) in (?:the )?(.*?)(?:\.|,|;) ",
        text + " ",
    )
    if page.values["loss_kind"] != "direction":
        # Each seed's loss starts at a size of its own: the median of ratios is another than the
        # ratio of medians, and the table holds it.
        said = {row["ratio"] for row in rows(page).values()}
        if got and not {got[1], f"{got[2]} times"} & said:
            yield f"{got} beside {said}"
        return
    if got and got[3] in NAMES_OF_CELLS:
        if whole(got[0]) != T - 1 or not amount(got[1] or got[2]).means(ratio(got[3]), 1e-3):
            yield f"{got} beside 10^{ratio(got[3])}"
    got = find(rf"Furthest off is (?:the )?(.*?): {SHARE} (of it|times as much)(?:[.,])", text)
    if got and got[0] in NAMES_OF_CELLS:
        if not amount(got[1]).means(ratio(got[0]), 1e-3):
            yield f"{got} beside 10^{ratio(got[0])}"


def the_gates(page: Page) -> Iterator[str]:
    """A gate never lets more pass than all, and says of whom it speaks."""
    for key in page.charts:
        if key.startswith("gates_"):
            caption = page.charts[key].caption
            if not find(rf"lets {PERCENT} pass", caption) or "Drawn: seed" not in caption:
                yield f"a caption that cannot be read: {caption}"


def in_plain_words(page: Page) -> Page:
    """The same page as a newcomer has it."""
    return read(page.name, {**page.link, "words": PLAIN})


def the_grid(page: Page) -> Iterator[str]:
    """Initialisation: what is left in the panel nearest to flowing is what the other words say."""
    full = read(page.name, {**page.link, "words": FULL}, "first_screen").text("says")
    mine = find(
        rf"after {COUNT} steps? (?:{SHARE} of it (?:is|are) left|there is {SHARE} times as "
        "much)",
        page.text("says"),
    )
    its = find(rf"Nearest to flowing: .*?, ×{N} over {COUNT} step", full)
    if (mine is None) != (its is None):
        yield f"“{page.text('says')}” beside “{full}”"
    elif mine is not None:
        left, ratio = amount(mine[1] or mine[2]), number(its[0])
        if mine[0] != its[1] or left.low > ratio.high + 1e-5 or ratio.low > left.high + 1e-5:
            yield f"“{page.text('says')}” beside “{full}”"


def the_neuron(page: Page) -> Iterator[str]:
    """One neuron: the last step's part against the first's, what gets back to step 1, and the
    numbers beside the title, of a pass that is worked out here."""
    p, T, text = of_neuron.worked_out(page), len(page.values["bits"]), page.text("verdict")
    terms = np.abs(p.terms("w_in"))
    if got := find(rf"^(Short|Long)-term {EVERYDAY} times stronger", page.heading()):
        ratio = math.log10(terms[-1] / terms[0]) * (1 if got[0] == "Short" else -1)
        if not amount(got[1]).means(ratio, 1e-3):
            yield f"“{page.heading()}” beside 10^{ratio}"
    if "as strong as" in page.heading() and abs(terms[-1] / terms[0] - 1) > 0.006:
        yield f"“{page.heading()}” beside {terms}"
    if "No step brings anything" in page.heading() and (terms.any() or p.terms("w_h").any()):
        yield f"“{page.heading()}” beside {terms}"
    for part, at in (("long-term part", 0), ("short-term part", -1)):
        if part in page.heading().lower() and terms[at]:
            yield f"“{page.heading()}” beside {terms}"
        named = rf"{part if at == 0 else 'the short-term one'} \(step \d+\) is"
        got = find(rf"{named} (exactly 0, because|−?{EVERYDAY[1:-1]}[;.])", text)
        own = p.terms("w_in")[at]
        zero = got is not None and got[0].startswith("exactly")
        if got and (own != 0 if zero else not amount(got[0][:-1]).is_number(own, 1e-3)):
            if zero or not got[0].startswith(("less", "more")):
                yield f"“{text}” beside {own}"
    factors = [abs(slope * page.values["w_h"]) for slope in p.slope[1:]]
    product = math.prod(factors)
    log10 = math.log10(product) if product else -math.inf
    got = find(rf"at step 1, (?:there is )?({SHARE}|nothing)", text)
    if got and product > 1e-300 and not amount(got[0].replace("nothing", "0")).means(log10, 1e-3):
        yield f"{text} beside 10^{log10}"
    if got := find(rf"w_h alone would (?:leave|make it) {SHARE} ", text):
        own = (T - 1) * math.log10(abs(page.values["w_h"]))
        if not amount(got[0]).means(own, 1e-3):
            yield f"{text} beside 10^{own}"
    if "so w_h alone decides" in text and any(slope != 1 for slope in p.slope[1:]):
        yield f"{text} beside {p.slope}"
    if "nothing goes back at all" in text and page.values["w_h"]:
        yield f"{text} at w_h {page.values['w_h']}"
    facts = page.facts()
    output, _, mark = facts["output"].rpartition(", ")
    if not amount(output).is_number(p.y, 1e-3) or (mark == "right") != (abs(p.y - p.x[0]) < 0.5):
        yield f"{facts} beside {p.y}"
    if got := find(rf"^{SHARE} (?:of|times) step {T}’s$", facts.get("reaches step 1", "")):
        if product > 1e-300 and not amount(got[0]).means(log10, 1e-3):
            yield f"{facts} beside 10^{log10}"
    caption = page.charts["terms"].caption
    for name in ("w_in", "w_h"):
        own = np.abs(p.terms(name))
        got = find(rf"For {name} {COUNT} of {COUNT} steps? brings? something; step (\d+)", caption)
        if got and (whole(got[0]) != (own > 0).sum() or own[int(got[2]) - 1] < own.max() - 1e-9):
            yield f"{caption} beside {own}"
        if f"For {name} every step brings exactly 0" in caption and own.max() > 1e-300:
            yield f"{caption} beside {own}"
    w, lag, power = page.values["power_w"], page.values["power_lag"], page.charts["power"].caption
    got = find(rf"to the power {COUNT} is −?({SHARE}|0)", power)
    log10 = lag * math.log10(abs(w)) if w else -math.inf
    if got is None or whole(got[0]) != lag or not amount(got[1]).means(log10, 1e-3):
        yield f"{power} beside 10^{log10}"


def _rows(page: Page, key: str) -> list[list[str]]:
    """The cells of a small table, the name of each row first."""
    return [
        [plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in page.html(key).split("<tr>")[2:]
    ]


def _is_turned(said: str, cosine: str) -> bool:
    """Whether an angle may stand for a cosine as the field writes it."""
    if "–" in (said, cosine):
        return said == cosine
    if said == "under 0.1°":
        return cosine == "1.000" or cosine.startswith("1 −")
    angle = float(said.removesuffix("°"))
    if cosine.startswith("1 −"):  # 1 − ½ angle², to a digit
        return number(cosine.removeprefix("1 − "), 1).means(
            2 * math.log10(math.radians(angle)) - math.log10(2), 0.8
        )
    value, half = float(cosine.replace("−", "-")), 0.0005
    low, high = (
        math.degrees(math.acos(min(max(value + way * half, -1.0), 1.0))) for way in (1, -1)
    )
    return low - 0.06 <= angle <= high + 0.06


def the_descents(page: Page) -> Iterator[str]:
    """Clipping: the numbers beside the title, and what the sentences say of the two paths."""
    paths, facts, text = of_clipping.descents(page), page.facts(), page.text("verdict")
    free, kept = (
        {name: np.asarray(paths[kind][name], float) for name in ("w", "b", "loss", "norm", "step")}
        for kind in ("none", "norm")
    )
    for name, value in (
        ("last loss without", free["loss"][-1]),
        ("with it 2", kept["loss"][-1]),
        ("longest step without clipping", free["step"][:-1].max(initial=-1.0)),
        ("with it", kept["step"][:-1].max(initial=-1.0)),
    ):
        if value < 0:
            if facts[name] != "no step":
                yield f"{name} {facts[name]}, and there is none"
        elif not amount(facts[name]).is_number(float(value), 1e-3):
            yield f"{name} {facts[name]} beside {value}"
    if got := find(rf"the loss goes from {EVERYDAY} to {EVERYDAY}\.", text):
        for said_, value in zip(got, (free["loss"][0], free["loss"][-1]), strict=True):
            if not amount(said_).is_number(float(value), 1e-3):
                yield f"{got} beside {free['loss'][0]}, {free['loss'][-1]}"
    if got := find(rf"a gradient of {EVERYDAY} makes a step of {EVERYDAY}", text):
        top = int(free["step"][:-1].argmax())
        if not (
            amount(got[0]).is_number(float(free["norm"][top]), 1e-3)
            and amount(got[1]).is_number(float(free["step"][top]), 1e-3)
        ):
            yield f"{got} beside {free['norm'][top]}, {free['step'][top]}"
    if got := find(rf", update (\d+) is cut to {SHARE} of its length", text):
        norm = float(kept["norm"][int(got[0]) - 1])
        cut = math.log10(page.values["cliff_threshold"] / norm)
        if not amount(got[1]).means(cut, 1e-2):
            yield f"{got} beside 10^{cut}"


def the_tables(page: Page) -> Iterator[str]:
    """Clipping: each number of a table, and each angle, is what the other words say there."""
    full = read(page.name, {**page.link, "words": FULL})
    for key, turned in (("vector_rows", 3), ("what_changed", None), ("truncation_rows", 1)):
        if key not in page.pieces:
            continue
        for mine, its in zip(_rows(page, key), _rows(full, key), strict=True):
            for at, (here, there) in enumerate(zip(mine[1:], its[1:], strict=True), 1):
                if at == turned:
                    if not _is_turned(here, there):
                        yield f"{key}: {mine} beside {its}"
                elif here != there:
                    one, other = amount(here), number(there)
                    if one.low > other.high + 1e-5 or other.low > one.high + 1e-5:
                        yield f"{key}: {mine} beside {its}"


def the_real_gradient(page: Page) -> Iterator[str]:
    """Clipping: the captions beside their tables."""
    if "thresholds" not in page.charts:
        return
    text, rows = page.charts["thresholds"].caption, _rows(page, "what_changed")
    got = find(rf"length of the whole gradient is {EVERYDAY}(?:[.,;:] |$)", text)
    if got is None or got[0] != rows[0][1]:
        yield f"{text} beside {rows}"
    if got := find(rf"By norm it becomes {EVERYDAY} and the direction stays", text):
        limit = math.log10(page.values["clip_threshold"])
        if not amount(got[0]).means(limit, 2e-2):
            yield f"{text} at a threshold of 10^{limit}"
    if "clip_shares" in page.charts:
        caption = page.charts["clip_shares"].caption
        if (got := find(rf"brings? {PERCENT} of", caption)) and got[0] != rows[1][1]:
            yield f"{caption} beside {rows}"
    if "truncated" in page.charts and "truncation_rows" in page.pieces:
        caption, rows = page.charts["truncated"].caption, _rows(page, "truncation_rows")
        got = find(
            rf"gives {SHARE} (?:of|times) the full gradient’s length, turned by (\S+°)", caption
        )
        if got and got[1] != rows[0][1].removeprefix("under "):
            yield f"{caption} beside {rows}"


OF_CLIPPING = (no_signs, the_descents, the_tables, the_real_gradient)
OF_NEURON = (no_signs, the_neuron)
OF_GRID = (no_signs, the_grid)
OF_CELLS = (no_signs, the_cells, the_gates)
RELATIONS = (
    no_signs,
    the_same_word,
    of_gradient_flow.the_word,
    of_gradient_flow.the_median,
    of_gradient_flow.who_teaches_whom,
    of_gradient_flow.the_shares,
    the_headline,
    the_numbers,
    the_reasons,
    the_main_caption,
    the_still_state,
    what_lasts,
    the_gate,
    the_laws,
)

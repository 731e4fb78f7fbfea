"""What the page says of a claim: the claim itself, what came out, the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS, OTHER, SEEN, Claim, Found
from ui.look import typeset
from ui.settings.claims import NOTHING

ASKED = "What do you think?"


def statement(about: Claim) -> str:
    """What is said, and by what kind of place."""
    return (
        f'<blockquote class="unroll-claim"><p>“{typeset.typeset(about.statement)}”</p>'
        f"<footer>{typeset.typeset(about.source)}</footer></blockquote>"
    )


def title(found: Found) -> str:
    """Whether it holds at these controls."""
    return "It holds here" if found.holds else "Not here"


def verdict(about: Claim, found: Found, predicted: str) -> str:
    """What came out, as HTML; before a prediction, what there is to do."""
    if predicted == NOTHING:
        return typeset.verdict(
            ASKED,
            (),
            "True, false, or does it depend on the settings? Say so, and the experiment runs.",
            "The line on the chart is what the claim says.",
        )
    return typeset.verdict(title(found), _facts(about, predicted), found.says, about.why)


def _facts(about: Claim, predicted: str) -> list[tuple[str, str, str]]:
    found = [("in all", ANSWERS[about.answer].lower(), "Over everything that the controls reach.")]
    if predicted in ANSWERS:
        right = "right" if predicted == about.answer else "not what came out"
        found.append(("you said", f"{ANSWERS[predicted].lower()}", f"That is {right}."))
    return found


def numbers(found: Found, predicted: str) -> str:
    """The claim beside the measurement, as a table."""
    if predicted == NOTHING:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{typeset.typeset(what)}</th><td>{typeset.typeset(said)}</td>'
        f"<td>{typeset.typeset(seen)}</td></tr>"
        for what, said, seen in found.numbers
    )
    return (
        '<table class="unroll-numbers"><thead><tr><td></td><th scope="col">the claim</th>'
        f'<th scope="col">measured</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def caption(found: Found, predicted: str) -> str:
    """Under the chart: which line is whose."""
    if predicted == NOTHING:
        return "What the claim says; nothing has been measured yet."
    beside = ", dotted: to compare" if any(one.whose == OTHER for one in found.curves) else ""
    point = any(one.whose == SEEN and len(one.x) == 1 for one in found.curves)
    seen = "The point" if point else "Solid"
    return f"Dashed: what the claim says{beside}. {seen}: measured, at the settings on screen."


def score(predictions: Mapping[str, str]) -> str:
    """How many of the reader's predictions came true."""
    said = {name: told for name, told in predictions.items() if told in ANSWERS}
    if not said:
        return f"{len(CLAIMS)} claims. Nothing predicted yet."
    right = sum(CLAIMS[name].answer == told for name, told in said.items())
    return f"{len(CLAIMS)} claims. You predicted {right} of {len(said)} right."


def entry(name: str, told: str, *, here: bool) -> str:
    """A claim in the list of all, as Markdown: what was predicted, and then what came out."""
    label = f"**{CLAIMS[name].label}**" if here else CLAIMS[name].label
    if told == NOTHING:
        return label
    came = f"in all: {ANSWERS[CLAIMS[name].answer].lower()}"
    if told not in ANSWERS:
        return f"{label} · {came}"
    mark = "✓" if told == CLAIMS[name].answer else "✗"
    return f"{label} · {mark} you said {ANSWERS[told].lower()}, {came}"

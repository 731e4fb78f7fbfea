"""A round before it is sent: what is asked, for everybody to see, and the truth, computed.

The truth is kept beside the round and leaves the server once it is revealed. What is asked must not
tell it: no name of a scene, and an axis that is the same for every network.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np

from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS, SAID
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers import spoken
from rnn_core.numbers.evenly import evenly
from ui import run
from ui.claims import figures as claim_figures
from ui.gradient_flow import quiz_words, words
from ui.gradient_flow.scenes import SCENES
from ui.lessons.lesson import Lesson, read
from ui.lessons.trying import settings_of
from ui.look import colours, plot
from ui.look.norms import norm_name, state_letter, window
from ui.look.typeset import indices, lettered
from ui.rooms import checked, questions
from ui.rooms.checked import Refused, short
from ui.rooms.questions import OfNetwork
from ui.settings.lessons import of_the_course

_POINTS = 240  # of a curve that goes to a phone, at the most
_ONE_PER_CENT = {"y": quiz_words.THRESHOLD, "text": "1 %"}


@dataclass(frozen=True)
class Offer:
    """What can be asked about: where it comes from, its name there, and in words what it is, which
    does not tell the answer: the settings of a network, or what a claim says."""

    source: str
    name: str
    setting: str


@dataclass(frozen=True)
class Prepared:
    """A round, ready to be sent; both parts are what JSON can carry."""

    question: str
    asked: dict
    truth: dict


PAGE = "gradient_flow"  # whose networks are asked about


def offers() -> list[Offer]:
    """The scenes of Gradient flow, in an order that gives nothing away; where each lesson on that
    page begins, in the order of the course; and the claims."""
    scenes = [("scene", name) for name in quiz_words.scene_order(0, tuple(SCENES))]
    networks = [
        Offer(source, name, quiz_words.question(SOURCES[source](name)))
        for source, name in (*scenes, *(("lesson", name) for name in _lessons()))
    ]
    return [*networks, *(Offer(CLAIM, name, claim.statement) for name, claim in CLAIMS.items())]


def _lessons() -> dict[str, Lesson]:
    """The lessons of the course on the page, by name."""
    found = ((name, read(path)) for name, path in of_the_course().items())
    return {name: lesson for name, lesson in found if lesson.page.name == PAGE}


def _of_scene(name: str) -> RNNConfig:
    if name not in SCENES:
        raise Refused(f"There is no scene “{short(name)}”; there are {', '.join(SCENES)}.")
    return RNNConfig(**SCENES[name].changes)


def _of_lesson(name: str) -> RNNConfig:
    """The network that a lesson begins with."""
    lessons = _lessons()
    if name not in lessons:
        raise Refused(
            f"There is no lesson “{short(name)}” on that page; there are {', '.join(lessons)}."
        )
    return _network(settings_of(lessons[name]))


def _at_random(_name: str) -> RNNConfig:
    """A setting that nobody has seen, the teacher neither."""
    number = secrets.randbelow(2**31)
    return quiz_words.drawn(number, 0, lambda config: run.gradient_flow(config).verdict)


def _of_link(address: str) -> RNNConfig:
    """The network of a link to Gradient flow."""
    from ui.controls import store  # here: it imports Streamlit

    query = dict(parse_qsl(urlsplit(address.strip()).query))
    if not query:
        raise Refused(
            "The link must be one of the page Gradient flow, with its settings behind a ?; "
            f"got “{short(address)}”."
        )
    values, remarks = store.read(query, PAGE)
    if remarks:
        raise Refused(" ".join(remarks))
    return _network(values)


def _network(values: Mapping[str, Any]) -> RNNConfig:
    """The network of all settings by key, as the page computes it."""
    from ui.controls import network, store  # here: it imports Streamlit

    with store.given(dict(values)):
        return network.network()


# Where a network comes from, by its name in what the teacher's page sends.
SOURCES: dict[str, Callable[[str], RNNConfig]] = {
    "scene": _of_scene,
    "lesson": _of_lesson,
    "random": _at_random,
    "link": _of_link,
}


CLAIM = "claim"  # the source that is no network


def prepare(source: object, name: object, question: object) -> Prepared:
    """A round about `name` of `source`, computed. Raises Refused."""
    if source == CLAIM:
        return _about_claim(checked.text("name", name))
    of = SOURCES[checked.one_of("source", source, (*SOURCES, CLAIM))]
    kind = questions.read_kind(question)
    config = of(checked.text("name", name))
    flow = run.gradient_flow(config)
    asked = _asked(kind, flow)
    return Prepared(kind.name, asked, _truth(kind, flow, _label(config)))


def _label(config: RNNConfig) -> str:
    """The name of the scene that a network is, "" for any other."""
    mine = asdict(config)
    return next((scene.label for scene in SCENES.values() if scene.changes == mine), "")


def _asked(kind: OfNetwork, flow: GradientFlow) -> dict:
    T = flow.config.seq_len
    return {
        "question": kind.name,
        "asks": lettered(kind.asks(flow.config)),
        "setting": lettered(quiz_words.question(flow.config)),
        "hint": kind.hint,
        "steps": T,
        "axis": kind.axis,
        "control": kind.control(T),
        "bars": [asdict(bar) for bar in kind.bars(T)],
        "figure": _figure(kind, flow, []),
        "alt": f"Axes of the gradient’s norm over {T:,} steps, without the curve.",
    }


def _truth(kind: OfNetwork, flow: GradientFlow, label: str) -> dict:
    from ui.controls import network  # here: it imports Streamlit

    value = kind.truth(flow.reading)
    T = flow.config.seq_len
    curve = _relative(flow.reading.curve)
    kept = evenly(T, _POINTS)
    line = plot.line(
        kept + 1,
        curve[kept],
        "computed",
        colours.LINE,
        3.5,
    )
    verdict = VERDICTS[flow.reading.verdict]
    return {
        "value": value,
        "said": kind.said(value),
        "bar": kind.bar(value, T),
        "verdict": verdict.name,
        "title": verdict.title,
        "label": label,
        "words": lettered(words.headline(flow)),
        "link": f"?{network.query(flow.config)}",
        "alt": f"The curve of the gradient’s norm: {verdict.title}.",
        "figure": _figure(kind, flow, [line], curve),
    }


def _relative(curve: np.ndarray) -> np.ndarray:
    """log₁₀ relative to the last step; all -inf where that has none."""
    return curve - curve[-1] if np.isfinite(curve[-1]) else np.full_like(curve, -np.inf)


def _figure(kind: OfNetwork, flow: GradientFlow, traces: list[dict], *curves: np.ndarray) -> dict:
    """The chart of Gradient flow with a height that is the same for every network, or as much
    higher as `curves` need."""
    config, T = flow.config, flow.config.seq_len
    low, high = kind.decades
    if curves:
        need = window(np.concatenate(curves))
        low, high = min(low, need[0]), max(high, need[1])
    figure = plot.over_steps(
        traces,
        T,
        y_title=f"{indices(norm_name(config, state_letter(flow)))}, step {T:,} = 1",
        columns={"y": "log10_norm"},
        yaxis=plot.log_axis(low, high),
    )
    layout = figure["layout"]
    if kind.axis == "x":
        layout["shapes"], layout["annotations"] = _level(**_ONE_PER_CENT)
        _room_for_never(layout["xaxis"], T)
    return _sendable(figure)


def _sendable(figure: dict) -> dict:
    """A figure as JSON carries it, with what the phone draws and no more: lines over two axes whose
    ticks are given."""
    layout = {
        name: figure["layout"][name]
        for name in ("xaxis", "yaxis", "shapes", "annotations")
        if name in figure["layout"]
    }
    for name in ("xaxis", "yaxis"):
        axis = layout[name] = dict(layout[name])
        axis["range"] = [float(v) for v in axis["range"]]
        if "tickvals" not in axis:
            axis["tickvals"] = _ticks(*axis["range"])
            axis["ticktext"] = [spoken.exact(v) for v in axis["tickvals"]]
        axis["tickvals"] = [float(v) for v in axis["tickvals"]]
        axis["ticktext"] = [str(v) for v in axis["ticktext"]]
    traces = [
        trace | {"x": _plain(trace["x"]), "y": _plain(trace["y"])} for trace in figure["data"]
    ]
    return {"data": traces, "layout": layout}


def _plain(values: Iterable[float]) -> list[float | None]:
    return [round(float(v), 3) if math.isfinite(v) else None for v in values]


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`, four to ten of them."""
    size = 10.0 ** math.floor(math.log10((high - low) / 4))
    step = next(size * k for k in (1, 2, 5, 10) if (high - low) / (size * k) <= 10)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _about_claim(name: str) -> Prepared:
    """A round about a claim: its chart with what it says, then with what was measured."""
    if name not in CLAIMS:
        raise Refused(f"There is no claim “{short(name)}”; there are {', '.join(CLAIMS)}.")
    claim, kind = CLAIMS[name], questions.CLAIM
    found = run.claim(name, tuple((each.name, each.default) for each in claim.controls))
    before, after = (_sendable(claim_figures.claim(claim, found, whole=w)) for w in (False, True))
    low, high = before["layout"]["yaxis"]["range"]
    bars = [
        asdict(bar) | {"low": low + bar.low * (high - low), "high": low + bar.high * (high - low)}
        for bar in kind.bars(1)
    ]
    asked = {
        "question": kind.name,
        "asks": f"“{lettered(claim.statement)}”",
        "setting": lettered(
            f"True, false, or does it depend on the settings? Said by {claim.source}"
        ),
        "hint": kind.hint,
        "steps": 1,
        "axis": kind.axis,
        "control": kind.control(1),
        "bars": bars,
        "figure": before,
        "alt": f"The experiment’s chart, {claim.y_title} over {claim.x_title}, before it runs.",
    }
    names = "; ".join(one.name for one in found.curves)
    said = any(one.whose == SAID for one in found.curves)
    dashed = " Dashed on the chart is what is said." if said else ""
    truth = {
        "value": claim.answer,
        "said": kind.said(claim.answer),
        "bar": kind.bar(claim.answer, 1),
        "verdict": "claim",
        "title": ANSWERS[claim.answer],
        "label": claim.label,
        "words": lettered(f"{found.says} {claim.why}{dashed}"),
        "link": f"claims?{urlencode({'claim': name})}",
        "figure": after,
        "alt": f"What the experiment shows: {names}.",
    }
    return Prepared(kind.name, asked, truth)


def _level(y: float, text: str) -> tuple[list[dict], list[dict]]:
    """A line across the chart, and what it is."""
    shape = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": {"color": "$muted", "width": 1.5, "dash": "dash"},
    }
    note = {
        "xref": "paper",
        "x": 0,  # every curve begins at the right, just above
        "y": y,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": 13, "color": "$muted"},
    }
    return [shape], [note]


NEVER_AT = 0.06  # of the axis: to the left of step 1, where "never" stands


def _room_for_never(axis: dict, steps: int) -> None:
    """A place for the answer that is no step, before step 1."""
    first, last = axis["range"]
    room = 2 * NEVER_AT * steps
    axis["range"] = [first - room, last]
    axis["tickvals"] = [first - room / 2, *axis["tickvals"]]
    axis["ticktext"] = ["never", *axis["ticktext"]]

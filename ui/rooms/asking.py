"""A round before it is sent: what is asked, for everybody to see, and the truth, computed.

The truth is kept beside the round and leaves the server once it is revealed. What is asked must not
tell it: no name of a scene, and an axis that is the same for every network.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from ui import run
from ui.gradient_flow import quiz_words, words
from ui.gradient_flow.scenes import SCENES
from ui.lessons.lesson import Lesson, read
from ui.lessons.trying import settings_of
from ui.look import colours, plot
from ui.look.norms import norm_name, state_letter, window
from ui.look.typeset import indices, lettered
from ui.rooms import checked, questions
from ui.rooms.checked import Refused, short
from ui.rooms.questions import Question
from ui.settings.lessons import of_the_course

_POINTS = 240  # of a curve that goes to a phone, at the most
_ONE_PER_CENT = {"y": quiz_words.THRESHOLD, "text": "1 %"}


@dataclass(frozen=True)
class Offer:
    """A network that can be asked about: where it comes from, its name there, and its settings in
    words, which do not tell what it does."""

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
    """The scenes of Gradient flow, in an order that gives nothing away; and where each lesson on
    that page begins, in the order of the course."""
    scenes = [("scene", name) for name in quiz_words.scene_order(0, tuple(SCENES))]
    return [
        Offer(source, name, quiz_words.question(SOURCES[source](name)))
        for source, name in (*scenes, *(("lesson", name) for name in _lessons()))
    ]


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


def prepare(source: object, name: object, question: object) -> Prepared:
    """A round about the network `name` of `source`, computed. Raises Refused."""
    if not isinstance(source, str) or source not in SOURCES:
        raise Refused(f"The source must be one of {', '.join(SOURCES)}, got {short(source)}.")
    kind = questions.read_kind(question)
    config = SOURCES[source](checked.text("name", name))
    flow = run.gradient_flow(config)
    asked = _asked(kind, flow)
    return Prepared(kind.name, asked, _truth(kind, flow, _label(config)))


def _label(config: RNNConfig) -> str:
    """The name of the scene that a network is, "" for any other."""
    mine = asdict(config)
    return next((scene.label for scene in SCENES.values() if scene.changes == mine), "")


def _asked(kind: Question, flow: GradientFlow) -> dict:
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
    }


def _truth(kind: Question, flow: GradientFlow, label: str) -> dict:
    from ui.controls import network  # here: it imports Streamlit

    value = kind.truth(flow.reading)
    T = flow.config.seq_len
    curve = _relative(flow.reading.curve)
    kept = np.unique(np.linspace(0, T - 1, min(T, _POINTS)).round().astype(int))
    line = plot.line(
        (kept + 1).tolist(),
        [round(float(v), 3) if math.isfinite(v) else None for v in curve[kept]],
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
        "link": network.query(flow.config),
        "figure": _figure(kind, flow, [line], curve),
    }


def _relative(curve: np.ndarray) -> np.ndarray:
    """log₁₀ relative to the last step; all -inf where that has none."""
    return curve - curve[-1] if np.isfinite(curve[-1]) else np.full_like(curve, -np.inf)


def _figure(kind: Question, flow: GradientFlow, traces: list[dict], *curves: np.ndarray) -> dict:
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
    del layout["uirevision"], layout["meta"]
    if kind.axis == "x":
        layout["shapes"], layout["annotations"] = _level(**_ONE_PER_CENT)
        _room_for_never(layout["xaxis"], T)
    for name in ("xaxis", "yaxis"):
        layout[name]["tickvals"] = [float(v) for v in layout[name]["tickvals"]]
        layout[name]["ticktext"] = [str(v) for v in layout[name]["ticktext"]]
    return figure


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

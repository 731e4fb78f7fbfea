"""The settings of the training page: from the session to a TrainConfig, and to the runs of the tab.

The page's settings are what the next run will be. `sync` brings them together with the run there
is: what may change in a run changes at once, the rest waits until the reader restarts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from rnn_core.activations import ACTIVATIONS
from rnn_core.history import History
from rnn_core.sampling import sample
from rnn_core.torch_missing import WHAT_TO_INSTALL, torch_is_missing
from rnn_core.train_config import LIVE, TRAIN_LIMITS, TrainConfig
from ui import limits, training, views
from ui import train_words as words
from ui.settings import Number
from ui.train_settings import DEFAULT, FIELDS, MOST_TEXT, OWN, PREFIX, SPEEDS

RIVAL = "rival"
_OWN_OF_CELLS = ("alpha", "forget_bias", "lambda_low", "lambda_high")
WRITTEN = 160  # characters
_PLANNED = (*(PREFIX + field for field in FIELDS), PREFIX + "versus")
_VALID = "training_valid"  # the last settings that could run


@dataclass(frozen=True)
class Plan:
    """What the settings ask for: the run on screen, the one beside it, and what is wrong."""

    config: TrainConfig
    rival: TrainConfig | None
    error: str = ""


# -- the session


def get(field: str):
    """A setting by its TrainConfig field, or one of the page's own."""
    return views.get(PREFIX + field)


def put(**changes) -> None:
    """Change settings by field; for callbacks."""
    views.put(**{PREFIX + field: value for field, value in changes.items()})


def put_config(config: TrainConfig) -> None:
    """Take over every setting of `config`."""
    given = {field: getattr(config, field) for field in FIELDS}
    if not config.task_used.uses_text:
        given["text"] = get("text")  # it comes back with its task
    put(**given)


def start_session() -> None:
    """Bring a link's length inside the limits of its task, and say so."""
    if st.session_state.get("training_seen"):
        return
    st.session_state["training_seen"] = True
    task = _task()
    low, high = task.lengths
    asked = get("length")
    given = PREFIX + "length" in st.query_params
    if not given:
        put_length = task.default_length if PREFIX + "task" in st.query_params else asked
    else:
        put_length = min(max(asked, low), high)
        if put_length != asked:
            st.session_state["views_notes"].append(
                f"length must be from {low} to {high} for {task.label}; "
                f"{asked} became {put_length}."
            )
    views.values()[PREFIX + "length"] = min(max(put_length, low), high)


def _task():
    from rnn_core.tasks import TASKS

    return TASKS[get("task")]


def plan() -> Plan:
    """What the settings ask for; with settings that cannot run, the last ones that could."""
    values = views.values()  # once: a look into the session takes 40 µs
    asked = tuple([values[name] for name in _PLANNED])
    held = st.session_state.get("training_plan")
    if held is None or held[0] != asked:
        held = st.session_state["training_plan"] = (asked, _made())
    return held[1]


def _made() -> Plan:
    given = {field: get(field) for field in FIELDS}
    try:
        config = _with_its_engine(TrainConfig(**_used(given)))
    except (ValueError, TypeError) as error:
        return Plan(st.session_state.get(_VALID, DEFAULT), None, str(error))
    st.session_state[_VALID] = config
    try:
        return Plan(config, _beside(config, get("versus")))
    except (ValueError, TypeError) as error:
        return Plan(config, None, f"The run to compare with: {error}")


def _with_its_engine(config: TrainConfig) -> TrainConfig:
    """`config`; ValueError (for the screen) if what would run it is not installed."""
    if config.engine == "torch" and torch_is_missing():
        raise ValueError(WHAT_TO_INSTALL)
    return config


def _used(given: dict) -> dict:
    """Without what the task or the cell does not use."""
    from rnn_core.cells import CELLS

    if not _task().uses_text:
        given["text"] = ""
    if not CELLS[given["cell"]].two_factors:
        given["omega"] = 0.0
    return given


def _beside(config: TrainConfig, versus: str) -> TrainConfig | None:
    if versus == "none":
        return None
    changes = {}
    for pair in versus.split(","):
        field, _, text = pair.partition(":")
        if field not in FIELDS or field == "text":
            raise ValueError(f"there is no setting {field} that a second run could change")
        if field in TRAIN_LIMITS or field == "length":
            whole = isinstance(getattr(DEFAULT, field), int)
            changes[field] = _number(field, text, whole)
        elif field == "curriculum":
            changes[field] = text == "1"
        else:
            changes[field] = text
    return _with_its_engine(replace(config, **changes))


def _number(field: str, text: str, whole: bool):
    try:
        return int(text) if whole else float(text)
    except ValueError:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{field} must be {kind}, got {text!r}") from None


def versus_of(config: TrainConfig, other: TrainConfig) -> str:
    """`other` as the link writes it: what it has otherwise than `config`."""
    pairs = []
    for field in FIELDS:
        value = getattr(other, field)
        if field != "text" and value != getattr(config, field):
            written = str(int(value)) if isinstance(value, bool) else f"{value}"
            pairs.append(f"{field}:{written}")
    return ",".join(pairs) or "none"


# -- the runs


def main():
    """The run on screen."""
    return training.mine(plan().config)


def rival():
    """The run beside it, or None."""
    beside = plan().rival
    return None if beside is None else training.mine(beside, RIVAL)


def runs() -> list:
    """The one on screen, and the one beside it if there is one."""
    return [run for run in (main(), rival()) if run is not None]


def looked_at_place() -> int:
    """Whose details are shown: 0 for the run on screen, 1 for the one beside it."""
    return st.session_state.get("training_look", 0) if plan().rival is not None else 0


def looked_at():
    """That run."""
    return runs()[looked_at_place()]


def sync() -> None:
    """Let what may change in a run change in the runs there are; on every run of the page."""
    asked = plan()
    if asked.error:
        return
    if asked.rival is None:
        training.forget(RIVAL)
    for run, config in ((main(), asked.config), (rival(), asked.rival)):
        if run is None or not run.begun or run.state == training.STOPPED:
            continue
        changes, _ = run.differs(config, LIVE)
        if changes:
            run.change(**changes)
    wanted = SPEEDS[get("speed")]
    for run in runs():
        if run.speed != wanted:
            run.speed = wanted


def waiting_changes() -> list[str]:
    """Settings that differ from the begun runs' and act on the next run only."""
    asked, found = plan(), []
    if asked.error:
        return found
    for run, config in ((main(), asked.config), (rival(), asked.rival)):
        if run is None or not run.begun:
            continue
        live, others = run.differs(config, LIVE)
        if run.state == training.STOPPED:
            others = [*live, *others]
        found += others
    return list(dict.fromkeys(found))


def start() -> None:
    for run in runs():
        run.start()


def pause() -> None:
    for run in runs():
        run.pause()


def stop() -> None:
    for run in runs():
        run.stop()


def step() -> None:
    for run in runs():
        run.step_once()


def reset() -> None:
    """Back to the start, with the settings on screen."""
    asked = plan()
    main().reset(asked.config)
    if asked.rival is not None:
        rival().reset(asked.rival)
    st.session_state.pop("training_at", None)


def restart() -> None:
    """A new run with the settings on screen, which starts at once."""
    reset()
    start()


def put_back() -> None:
    """The settings of the run on screen."""
    put_config(main().config)


def compare(changes: dict) -> None:
    """Start the settings on screen again, and beside them the same with `changes`."""
    config = plan().config
    put(versus=versus_of(config, replace(config, **changes)))
    restart()


def alone() -> None:
    """No second run."""
    put(versus="none")
    training.forget(RIVAL)


def with_and_without_clipping() -> None:
    config = plan().config
    if config.clip == "none":
        put(clip="norm")
    compare({"clip": "none"})


def short_against_long() -> None:
    config = plan().config
    low, high = config.task_used.lengths
    compare({"length": min(max(low, config.length // 4), high)})


def set_fields(changes: dict) -> None:
    """What the doctor advises: at once where a run that goes on can take it, else by a new run."""
    run = main()
    put(**changes)
    at_once = (LIVE if run.active or run.state == training.PAUSED else ()) + ("steps",)
    if run.begun and (run.state == training.STOPPED or not set(changes) <= set(at_once)):
        restart()
    else:
        sync()


# -- the link


def uses_text() -> bool:
    """Whether the task learns the reader's text."""
    return _task().uses_text


def too_long_for_a_link() -> bool:
    """Whether the pasted text stays out of it."""
    return len(get("text")) > limits.TEXT_IN_LINK


def linked() -> tuple[str, ...]:
    """The names of the settings that the link holds now."""
    used = set(_cell_settings())
    names = []
    for field in (*FIELDS, *OWN):
        if field == "text" and (not _task().uses_text or too_long_for_a_link()):
            continue
        if field in _OWN_OF_CELLS and field not in used:
            continue
        if field == "versus" and get("versus") == "none":
            continue
        names.append(PREFIX + field)
    return tuple(names)


def _cell_settings() -> tuple[str, ...]:
    from rnn_core.cells import CELLS

    return CELLS[get("cell")].settings


# -- widgets


def slider(field: str, **more) -> None:
    """The live slider of a number."""
    number: Number = FIELDS[field]
    if more:
        number = replace(number, **more)
    views.number_slider(PREFIX + field, number, get(field), views.put)


def length_slider() -> None:
    """The length, in the task's own words and limits."""
    task = _task()
    low, high = task.lengths
    if low == high:
        st.caption(f"{task.length_label}: {low}, always")
        return
    slider("length", label=task.length_label, low=low, high=high)


def task_choice() -> None:
    """The task; another one comes with a sensible length."""
    key = f"view_{PREFIX}task"
    st.session_state[key] = get("task")

    def changed() -> None:
        put(task=st.session_state[key])
        put(length=_task().default_length)

    setting = FIELDS["task"]
    st.selectbox(
        setting.label,
        list(setting.words),
        format_func=setting.words.__getitem__,
        key=key,
        help=_task().question,
        on_change=changed,
    )


def text_area(rule: str) -> None:
    """The pasted text; one that cannot be learned stays as it is, and the page says why."""
    key = f"view_{PREFIX}text"
    st.session_state[key] = get("text")
    st.text_area(
        "your text",
        key=key,
        height=110,
        max_chars=5 * MOST_TEXT,
        placeholder="Paste a text here",
        help=rule,
        on_change=lambda: put(text=st.session_state[key]),
    )


def choice(field: str, *, row: bool = False) -> None:
    views.choice(PREFIX + field, row=row)


def flag(field: str) -> None:
    views.flag(PREFIX + field)


def cell_choices() -> None:
    """Activation and initialisation; what the cell decides by itself is shown, and locked."""
    from rnn_core.cells import CELLS

    cell = CELLS[get("cell")]
    for field, fixed in (("activation", cell.activation), ("init", cell.init)):
        if fixed is None:
            choice(field)
            continue
        said = FIELDS[field].words[fixed] if fixed else "none: it has no W_h"
        st.selectbox(
            FIELDS[field].label,
            [said],
            key=f"fixed_train_{field}",
            disabled=True,
            help=f"The {cell.label} decides this by itself.",
        )


def seed() -> None:
    """The seed as a number, and a dice."""
    views.seed_field(FIELDS["seed"], get("seed"), put, prefix=PREFIX)


def shown(run, place: int, name: str) -> words.Shown:
    """A run as the figures take it.

    Before its first update a run has no trainer yet: PyTorch, say, takes a second to come.
    """
    if not run.steps:
        return words.Shown(name, run.config, History(run.config.problem.seq_len).read(), place)
    return words.Shown(name, run.config, run.read(), place, run.event, run.trainer.solved_step)


def all_shown() -> list[words.Shown]:
    """The run on screen, the one beside it, and those kept."""
    first, second = main(), rival()
    if second is None:
        found = [shown(first, 0, "this run")]
    else:
        here, there = first.config, second.config
        found = [
            shown(first, 0, words.difference(here, there) or "this run"),
            shown(second, 1, words.difference(there, here) or "the same again"),
        ]
    found += [
        words.Shown(kept.title, kept.config, kept.record, n)
        for n, kept in enumerate(training.kept(), start=2)
    ]
    return found


def refresher():
    """What gives `all_shown` anew at any time, without a session: for a thread."""
    followed, rest = runs(), all_shown()
    names = [one.name for one in rest]

    def fresh() -> list[words.Shown]:
        now = [shown(run, place, names[place]) for place, run in enumerate(followed)]
        return now + rest[len(now) :]

    return fresh


def written(run) -> str:
    """What a character model writes by itself with its present weights; "" for other tasks."""
    problem = run.config.problem
    if problem.task not in ("hello", "text", "pasted") or not run.steps:
        return ""
    held = st.session_state.get("training_written")
    now = time.monotonic()
    if held and held[0] is run and (held[1] == run.steps or (run.active and now - held[2] < 0.8)):
        return held[3]
    engine = run.trainer.engine
    text = sample(
        run.config.cell_used,
        engine.params,
        ACTIVATIONS[run.config.network().activation_used],
        problem,
        np.random.default_rng(run.config.seed),
        problem.classes[0] if " " not in problem.classes else " ",
        WRITTEN,
    )
    st.session_state["training_written"] = (run, run.steps, now, text)
    return text

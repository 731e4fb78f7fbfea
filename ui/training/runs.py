"""The runs of this tab: started, changed, compared, looked at.

The page's settings are what the next run will be. `sync` brings them together with the run there
is: what may change in a run changes at once, the rest waits until the reader restarts.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import streamlit as st

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.settings import RUN
from rnn_core.training.config import LIVE
from rnn_core.training.history import History
from rnn_core.training.sampling import sample
from ui import background
from ui.controls import store
from ui.settings.every import owned
from ui.settings.training import SPEEDS
from ui.training import words
from ui.training.plan import RIVAL, WRITTEN, get, plan, put, put_config, start_session, versus_of


def enter() -> None:
    """Find the runs of this tab and the settings of its link; the page does so first of all."""
    linked = background.enter()
    start_session()
    if linked:
        make_room()
    sync()


def make_room() -> None:
    """Begin anew where a link asks for another run than the tab has; what it has is kept.

    A link that says nothing of a run finds the run as it is.
    """
    old, asked = background.all_mine(), plan()
    wanted = {"main": asked.config, RIVAL: asked.rival}
    if not any(store.in_link(setting.key) for setting in owned(RUN)) or all(
        old[name].config == wanted[name] for name in wanted if name in old and old[name].begun
    ):
        return
    for name in wanted:
        if name in old and old[name].steps:
            keep(old[name])
        background.forget(name)


def keep(run) -> None:
    """Keep a run's curves under a name of their own; the page says so where it cannot."""
    taken = {kept.title for kept in background.kept()}
    name = words.run_name(run.config)
    title = next(t for n in range(1, 99) if (t := name if n == 1 else f"{name} ({n})") not in taken)
    try:
        background.keep(run, title)
    except ValueError as error:
        st.session_state["training_said"] = str(error)


# -- the runs


def main():
    """The run on screen."""
    return background.mine(plan().config)


def rival():
    """The run beside it, or None."""
    beside = plan().rival
    return None if beside is None else background.mine(beside, RIVAL)


def both() -> list:
    """The one on screen, and the one beside it if there is one."""
    return [run for run in (main(), rival()) if run is not None]


def looked_at_place() -> int:
    """Whose details are shown: 0 for the run on screen, 1 for the one beside it."""
    return st.session_state.get("training_look", 0) if plan().rival is not None else 0


def look_at(place: int) -> None:
    """Show the details of the run at this place; for callbacks."""
    st.session_state["training_look"] = place


def looked_at():
    """That run."""
    return both()[looked_at_place()]


def sync() -> None:
    """Let what may change in a run change in the runs there are; on every run of the page."""
    asked = plan()
    if asked.error:
        return
    if asked.rival is None:
        background.forget(RIVAL)
    for run, config in ((main(), asked.config), (rival(), asked.rival)):
        if run is None or not run.begun or run.state == background.STOPPED:
            continue
        changes, _ = run.differs(config, LIVE)
        if changes:
            run.change(**changes)
    wanted = SPEEDS[get("speed")]
    for run in both():
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
        if run.state == background.STOPPED:
            others = [*live, *others]
        found += others
    return list(dict.fromkeys(found))


def start() -> None:
    for run in both():
        run.start()


def pause() -> None:
    for run in both():
        run.pause()


def stop() -> None:
    for run in both():
        run.stop()


def step() -> None:
    for run in both():
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
    put(versus={})
    background.forget(RIVAL)


def with_and_without_clipping() -> None:
    config = plan().config
    if config.clip == "none":
        put(clip="norm")
    compare({"clip": "none"})


def short_against_long() -> None:
    config = plan().config
    low, high = config.task_used.lengths
    compare({"length": min(max(low, config.length // 4), high)})


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
        for n, kept in enumerate(background.kept(), start=2)
    ]
    return found


def refresher():
    """What gives `all_shown` anew at any time, without a session: for a thread."""
    followed, rest = both(), all_shown()
    names = [one.name for one in rest]

    def fresh() -> list[words.Shown]:
        now = [shown(run, place, names[place]) for place, run in enumerate(followed)]
        return now + rest[len(now) :]

    return fresh


def written(run) -> str:
    """What a character model writes by itself with its present weights; "" for other tasks."""
    problem = run.config.problem
    if not problem.characters or not run.steps:
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

"""What a figure of this page in another page is drawn from: a short training run, made at once.

The page itself asks for none of this: its run is the session's, and goes on as long as it likes.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

import numpy as np

from rnn_core.doctor import doctor
from rnn_core.settings import RUN
from rnn_core.training.config import TrainConfig
from ui import live, run
from ui.controls import store
from ui.controls.wording import drawn, say
from ui.look.typeset import typeset
from ui.settings.every import SETTINGS
from ui.training import controls, figures, plan, words
from ui.training.words import Shown
from ui.views import VIEWS

HEIGHT = 200  # px of each chart; a figure in a frame fills what room there is
TICKS = 5  # of the axis of updates


def address() -> str:
    """The page's settings as a link."""
    return store.query(controls.linked())


def config() -> TrainConfig:
    """The settings within what a short run may be, whoever asks; ValueError if they cannot run."""
    view = next(view for view in VIEWS if view.answer == short_run.__name__)
    values = plan.used(store.values(RUN))
    for key, text in view.fixed.items():
        values[SETTINGS[key].name], _ = SETTINGS[key].read(text)
    for key, most in view.most.items():
        name = SETTINGS[key].name
        values[name] = min(values[name], int(most))
    return replace(TrainConfig(**values), engine="numpy")


def short_run() -> None:
    """What became of it in words, its loss, and its gradient before and after clipping."""
    try:
        asked = config()
    except (ValueError, TypeError) as error:
        live.words("short_run", f'<p class="event">{escape(str(error))}</p>')
        return
    live.set_stamp(asked)
    trainer = run.short_training(asked)
    record = trainer.history.read()
    shown = Shown("", asked, record, 0, trainer.event, trainer.solved_step)
    live.words("short_run", says(shown))
    _chart(shown, "loss", "Loss", figures.loss([shown]), say(words.loss_caption(shown)))
    norms = drawn(figures.norms([shown]))
    _chart(shown, "norms", "Gradient norm", norms, say(words.norms_caption(shown)))


def says(shown: Shown) -> str:
    """What the doctor reads in it, what its numbers are, and what has been trained."""
    found = doctor.read(shown.config, shown.record, shown.event, shown.solved_step)
    task = shown.config.task_used.label
    what = f"Here: {task}, {shown.config.length} long, {say(words.setup(shown.config))}"
    return (
        '<section class="unroll-reading" aria-live="polite">'
        f'<h1 class="unroll-{found.tone}">{typeset(say(found.title))}</h1>'
        f"<p>{typeset(say(words.loss_caption(shown)))}</p><p>{typeset(what)}</p></section>"
    )


def _chart(shown: Shown, key: str, title: str, figure: dict, caption: str) -> None:
    axis = figure["layout"]["xaxis"]
    ticks = np.linspace(0, shown.config.steps, TICKS)
    axis |= {"tickmode": "array", "tickvals": ticks, "ticktext": [f"{tick:.0f}" for tick in ticks]}
    live.chart(figure, key=key, title=title, height=HEIGHT, caption=caption, alt=caption)

"""The two charts that follow a run as fast as it goes: its loss, and the norm of its gradient."""

from __future__ import annotations

from ui import live
from ui.controls.wording import say
from ui.training import figures, runs, words
from ui.training.words import Shown

LOSS = {"key": "loss", "title": "Loss", "height": 250}
NORMS = {
    "key": "norms",
    "title": "Gradient norm, before and after clipping",
    "height": 250,
}


def loss(shown: list[Shown]) -> None:
    """Of every run on screen, and what it means for the first."""
    caption, alt = _loss_says(shown)
    live.chart(figures.loss(shown), caption=caption, alt=alt, pumped=_moves(), **LOSS)


def norms(shown: list[Shown]) -> None:
    """Of every run on screen, before and after clipping."""
    caption, alt = _norms_say(shown)
    figure = figures.norms(shown, say(figures.NORM))
    live.chart(figure, caption=caption, alt=alt, pumped=_moves(), **NORMS)


def keep_up(shown: list[Shown]) -> None:
    """Draw both again and again while a run goes on, without a run of the page."""
    if not _moves():
        live.still()
        return
    fresh, draw_loss, draw_norms = runs.refresher(), live.drawer(**LOSS), live.drawer(**NORMS)
    of_loss, of_norms = _loss_says(shown), _norms_say(shown)
    axis = say(figures.NORM)  # here: what draws has no session

    def draw(n: int) -> list[bytes]:
        now = fresh()
        made = [draw_loss(figures.loss(now), *of_loss)]
        if n % 3 == 0:
            made.append(draw_norms(figures.norms(now, axis), *of_norms))
        return made

    live.stream(draw)


def _moves() -> bool:
    """Whether drawings come by themselves."""
    return any(run.active for run in runs.both())


def _loss_says(shown: list[Shown]) -> tuple[str, str]:
    """The caption, and the same for those who cannot see the chart."""
    caption = say(words.loss_caption(shown[0]))
    return caption, f"Loss over the updates. {caption}"


def _norms_say(shown: list[Shown]) -> tuple[str, str]:
    caption = say(words.norms_caption(shown[0]))
    return caption, f"Norm of the gradient of all parameters. {caption}"

"""What follows the pointer: how many pairs there are of each verdict, and a small chart of each."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.studies.grid import GradientGrid
from ui import live
from ui.controls import network
from ui.controls.wording import say
from ui.initialisation import experiment, figures, words
from ui.look.typeset import lettered, typeset

GRID_HEIGHT = 512
ROW_HEIGHT = 190  # at most, where few rows are chosen


def show(config: RNNConfig, grid: GradientGrid, *, whole: bool) -> None:
    """The sentences, and a panel for each pair; with `whole` the axis holds every curve.

    `config` is the network on screen, for the links of the panels.
    """
    live.words("says", says(grid))
    drawn = figures.panels(grid, whole=whole, selected=experiment.shown())
    window = tuple(drawn["window"])
    live.panels(
        drawn
        | figures.texts(
            grid,
            factor=words.panel_factor,
            horizon=words.panel_horizon,
            end=lambda panel: words.panel_end(panel, window),
            label=lambda panel: say(words.panel_label(panel)),
        )
        | {
            "query": network.query(config),
            "shows": "preactivation",
            "title": lettered(say(words.title(grid))),
            "legend": lettered(say(words.legend(grid))),
            "legend_ends": "" if whole else "↓ ↑ end outside 10⁻⁸ … 10⁴",
            "summary": say(words.summary(grid)),
        },
        key="panels",
        height=min(GRID_HEIGHT, 80 + ROW_HEIGHT * len(grid.inits)),
        settings=("shown_init", "shown_activation"),
        on_open=experiment.open_pair,
    )


def says(grid: GradientGrid) -> str:
    """How many there are of each verdict, and the sentences, in a box of one height."""
    numbers = "".join(
        f'<span data-kind="{kind}"><b class="unroll-{kind}">{number}</b>{typeset(word)}</span>'
        for kind, number, word in words.counts(grid)
    )
    event = say(words.event(grid))
    return (
        '<section class="unroll-says" aria-live="polite"><div class="line">'
        f"<h1>Initialisation × activation</h1>{numbers}"
        f"<small>{typeset(say(words.setting(grid)))}</small></div>"
        f"<p>{typeset(say(words.headline(grid)))}"
        + (f' <span class="event">{typeset(event)}</span>' if event else "")
        + "</p></section>"
    )

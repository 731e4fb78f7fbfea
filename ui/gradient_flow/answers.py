"""What the page answers while a setting moves: the same drawings as on the page, by group."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from ui import live, run
from ui.controls import network, store, wording
from ui.frame import explained as terms_told
from ui.frame import lesson
from ui.gradient_flow import choosing, explaining, feeling, quiz, remembering, stage


def address() -> str:
    """The page's settings as a link."""
    link = network.query(network.asked(), network.selected_step(), store.get("sequences"))
    own = store.query(("laws",))
    return f"{link}&{own}" if own else link


def on_screen() -> tuple[RNNConfig, int | None]:
    """The network and the selected step, which everything here is drawn from."""
    config, step = network.network(), network.selected_step()
    live.set_stamp(config, step, wording.depth())
    return config, step


def first_screen() -> None:
    """What to look at; verdict, picture and main chart."""
    seen = on_screen()
    lesson.show("gradient_flow")
    choosing.look()
    stage.show(*seen)


def explaining_charts() -> None:
    """What units and eigenvalues do to it; which loss it comes from, and where it goes."""
    config, step = on_screen()
    if not quiz.hides(config):
        flow = run.explained(config)
        for chart in explaining.CHARTS:
            chart(config, flow, step)


def term_numbers() -> dict[str, str]:
    """What is told of each term, when it is opened: nothing of a run that is still asked about."""
    config, _ = on_screen()
    return {} if quiz.hides(config) else terms_told.numbers(run.gradient_flow(config))


def parameters() -> None:
    """Which parameter feels it, and how sensitive they are."""
    config, _ = on_screen()
    if not quiz.hides(config):
        feeling.draw(config, run.gradient_flow(config))


def memory() -> None:
    """The forward side of the same Jacobians."""
    config, _ = on_screen()
    if not quiz.hides(config):
        remembering.draw(config, run.gradient_flow(config))

"""Whatever is clicked how fast, on however slow a line: the last scene that was clicked is on
screen, whole, and in the address; the page that was clicked is the page that opens."""

import random
import re

import pytest

from rnn_core.settings import NETWORK, RUN
from tests.tools.in_browser import query
from tests.tools.proxy import late
from tests.tools.server import served
from ui.gradient_flow.scenes import SCENES as FLOW_SCENES
from ui.look.typeset import lettered
from ui.settings.every import SETTINGS, owned
from ui.training.scenes import SCENES as TRAIN_SCENES

SLOW = (0.1, 2.0)  # seconds that a piece of an answer comes later
CLICKS = 7


def in_a_link(values, owner=None):
    """Settings as a link holds them, by key; values are by name where they have an owner."""
    settings = owned(owner) if owner else [SETTINGS[key] for key in values]
    named = [(s, s.name if owner else s.key) for s in settings]
    return {s.key: s.write(values[name]) for s, name in named if name in values}


def views(kind, scenes, owner=None):
    found = {name: in_a_link(scene.changes, owner) for name, scene in scenes.items()}
    shown = {name: re.sub("<[^>]+>", "", lettered(scene.look)) for name, scene in scenes.items()}
    return {f"{kind}_{name}": (found[name], shown[name]) for name in scenes}


# The scenes of a page, each with what its link holds, and what the page says while it is on screen.
PAGES = {
    "training": {
        f"scene_{scene.name}": (in_a_link(vars(scene.config), RUN), scene.lesson)
        for scene in TRAIN_SCENES
        if scene.in_row
    },
    "": views("scene", FLOW_SCENES, NETWORK),
}


@pytest.fixture(scope="module")
def slow_url(tmp_path_factory):
    with (
        served(tmp_path_factory.mktemp("slow") / "log") as (_, port),
        late(port, SLOW, seed=7) as url,
    ):
        yield url


@pytest.mark.parametrize("name", PAGES)
def test_the_last_scene_clicked_is_on_screen_and_in_the_address(
    page, slow_url, console_errors, name
):
    """Clicked from the moment there are buttons on, while the page is still answering."""
    chance = random.Random(name)
    scenes = PAGES[name]
    page.goto(f"{slow_url}/{name}")
    page.wait_for_selector(f".st-key-{next(iter(scenes))} button")
    for _ in range(CLICKS):
        page.wait_for_timeout(chance.choice([0, 30, 200, 600, 1200]))
        last = chance.choice(list(scenes))
        page.eval_on_selector(f".st-key-{last} button", "button => button.click()")
    holds, says = scenes[last]
    page.get_by_text(says[:60]).first.wait_for()
    page.wait_for_function(
        """holds => { const link = new URLSearchParams(location.search);
          return Object.entries(holds).every(([k, v]) => (link.get(k) ?? v) === v); }""",
        arg=holds,
    )
    page.wait_for_timeout(1000 * 2 * SLOW[1])  # whatever is still on its way comes in
    assert page.get_by_text(says[:60]).first.is_visible()
    assert {
        key: value for key, value in query(page).items() if key in holds
    }.items() <= holds.items()
    assert console_errors == []


def test_the_page_that_was_clicked_opens(page, slow_url, pause=100):
    """A number of One neuron is clicked, and at once another page's link: what the number still has
    to say brings nobody back, nor leaves the screen blank."""
    page.goto(f"{slow_url}/one_neuron")
    page.wait_for_selector(".unroll-neuron svg")
    page.wait_for_timeout(100 + pause)
    page.evaluate(
        """pause => {
          const click = (node) => {
            for (const name of ["pointerover", "pointerdown", "pointerup"]) {
              node.dispatchEvent(new PointerEvent(name, { bubbles: true }));
            }
            node.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
          };
          click(document.querySelectorAll(".unroll-neuron [role=button]")[3]);
          setTimeout(() => click([...document.querySelectorAll("[data-testid=stTopNavLink]")]
            .find((link) => link.textContent.includes("Training"))), pause);
        }""",
        pause,
    )
    page.wait_for_selector(".st-key-live_loss .unroll-chart")
    page.wait_for_timeout(1000 * SLOW[1])
    assert page.locator(".st-key-live_loss .unroll-chart").count() == 1
    assert "/training" in page.url

"""Views: one figure of a page with its slider and its sentence, for the frame of another page.

`?view=<name>` at the address of the app is a plain page that draws what the page's first answer
brings (ui/answers/framed.py, static/live/view/): no session, no websocket. To add one: an entry
below.

Nothing here may import NumPy: app.py reads this before it has said how many threads NumPy may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ui.pages import PAGES


@dataclass(frozen=True, kw_only=True)
class View:
    """A figure for other pages: `?view=<name>`.

    title: what it shows, for the frame's title and the choice in Share. page and answer: the page's
    answer that it is drawn from, the one that leads the page unless another is named. module: of
    static/live/view. words and pieces: what is taken of that answer, by key. sliders: the settings
    that it moves. any_activation: they reach as far as any activation lets them. begins: settings
    by key where a link says nothing of them. fixed: settings that the figure has by itself. most:
    how far others may go in it. height: of the frame in px, at every width from 320 up, which it
    keeps whatever it says: lines are what is kept for the sentence below its title, where the frame
    has 700 px and more, 480 and more, and less.
    """

    name: str
    title: str
    page: str
    answer: str = ""
    module: str
    words: tuple[str, ...]
    pieces: tuple[str, ...]
    sliders: tuple[str, ...]
    any_activation: bool = False
    begins: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    height: int
    lines: tuple[int, int, int]

    def __post_init__(self) -> None:
        for needed in ("name", "title", "words", "pieces", "sliders"):
            if not getattr(self, needed):
                raise ValueError(f"View needs {needed}, got {getattr(self, needed)!r}")
        page = next((page for page in PAGES if page.name == self.page), None)
        known = (*page.answers, *page.figures) if page else ()
        if not known or (self.answer and self.answer not in known):
            raise ValueError(f"View needs an answer of a page, got {self.page!r}, {self.answer!r}")

    @property
    def asks(self) -> str:
        """The answer it is drawn from."""
        return self.answer or next(page.answers[0] for page in PAGES if page.name == self.page)


VIEWS: tuple[View, ...] = (
    View(
        name="river",
        title="The gradient flowing back through the network",
        page="gradient_flow",
        module="view/river",
        words=("verdict",),
        pieces=("river",),
        sliders=("gain",),
        height=460,
        lines=(3, 5, 7),
    ),
    View(
        name="curve",
        title="The gradient norm at every step, beside what theory predicts",
        page="gradient_flow",
        module="view/chart",
        words=("verdict",),
        pieces=("gradient_norms",),
        sliders=("gain",),
        height=500,
        lines=(3, 5, 7),
    ),
    View(
        name="training",
        title="A short training run: its loss, and the norm of its gradient",
        page="training",
        answer="short_run",
        module="view/chart",
        words=("short_run",),
        pieces=("loss", "norms"),
        sliders=("train_learning_rate",),
        begins={"train_length": "10", "train_learning_rate": "0.01"},
        # What a server can make again at every move of a slider: a tenth of a second.
        fixed={"train_steps": "200", "train_hidden_size": "16", "train_batch_size": "16"},
        most={"train_length": 30},
        height=720,
        lines=(3, 5, 9),
    ),
    View(
        name="neuron",
        title="Every number of one neuron, forward and backward",
        page="one_neuron",
        module="view/neuron",
        words=("verdict",),
        pieces=("neuron",),
        sliders=("w_h",),
        height=720,
        lines=(2, 3, 4),
    ),
    View(
        name="panels",
        title="Initialisations and activations, side by side",
        page="initialisation",
        module="view/panels",
        words=("says",),
        pieces=("panels",),
        sliders=("gain",),
        any_activation=True,
        height=950,
        lines=(3, 6, 10),
    ),
    View(
        name="cells",
        title="Several cells on one input: which carries the gradient furthest",
        page="architectures",
        module="view/chart",
        words=("best",),
        pieces=("architectures",),
        sliders=("gain",),
        height=580,
        lines=(3, 5, 8),
    ),
    View(
        name="cliff",
        title="Gradient descent at a cliff, with and without clipping",
        page="clipping",
        module="view/cliff",
        words=("verdict",),
        pieces=("cliff_terrain", "cliff"),
        sliders=("cliff_threshold",),
        height=720,
        lines=(3, 5, 7),
    ),
)

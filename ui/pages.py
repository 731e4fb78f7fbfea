"""The pages, in the order of the navigation: what anybody needs to know of one who is not on it.

To add one: a file in pages/ and its entry below, which says with `group` in which menu of the
navigation it stands ("Explore", "Learn", or a name of its own, which makes one more menu); without
one it is a link beside the menus, for the few that everybody comes for. The page begins with
`frame.enter()`, then `places.lay()` says where its parts stand; what presenter mode keeps of its
picture stands in st.container(key="stage"). Words, figures and exports of its own stand in a folder
ui/<name>/.

Nothing here may import NumPy: app.py reads this before it has said how many threads NumPy may have.
"""

from __future__ import annotations

from dataclasses import dataclass

# The modules of static/live that draw on every page.
OF_EVERY_PAGE = (
    "slider/slider",
    "page/address",
    "page/tab",
    "page/follow",
    "page/again",
    "page/sheet",
)


@dataclass(frozen=True, kw_only=True)
class Onward:
    """A link at a page's end, to another page with the settings on screen.

    to: that page's name. says: the link. changes: what is otherwise there, as a query.
    without: what is not taken along, by key. A page takes any name of what it sets
    (rnn_core.settings.Setting.thing), so the network on screen becomes the network that is trained.
    """

    to: str
    says: str
    changes: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: pages/<name>.py, its name in the navigation and the menu it stands in there.

    answers: the functions of ui/<name>/answers.py that the browser asks while settings move, the
    first of them with the pointer. figures: functions there that it does not ask itself, for
    figures in other pages (ui/views.py). pictures: the modules of static/live that its first screen
    is drawn by, besides those of every page. config: whose settings it moves besides its own, as
    rnn_core.settings names their owner: a network's, a run's or nobody's. readings: which file of
    rnn_core/readings names what was computed there, where a lesson can stand beside it. onward:
    where to go next.

    Where its parts stand, for links that leave them out: verdict, picture, chart, advice. Each is
    a class (".unroll-river") or a key of Streamlit's ("remedies"; a live component has "live_" in
    front of its own).
    """

    name: str
    title: str
    group: str = ""
    answers: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    pictures: tuple[str, ...]
    config: str = "network"
    readings: str = ""
    verdict: tuple[str, ...]
    picture: tuple[str, ...] = ()
    chart: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    onward: tuple[Onward, ...] = ()

    def __post_init__(self) -> None:
        for field in ("name", "title", "verdict", "pictures"):
            if not getattr(self, field):
                raise ValueError(f"Page needs {field}, got {getattr(self, field)!r}")
        if not self.picture and not self.chart:
            raise ValueError("Page needs picture or chart, got neither")

    @property
    def early(self) -> bool:
        """Whether its first screen is drawn before Streamlit is there, see static/live/page."""
        return self.first

    @property
    def modules(self) -> tuple[str, ...]:
        """Those of static/live that its first screen is drawn by."""
        return (*self.pictures, *OF_EVERY_PAGE)

    @property
    def script(self) -> str:
        """Its file, from app.py."""
        return f"pages/{self.name}.py"

    @property
    def first(self) -> bool:
        """Whether it is the one that opens without a path."""
        return self is PAGES[0]

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose settings are moved on it."""
        return (self.name, self.config, "sharing")

    @property
    def path(self) -> str:
        """Its path in the address."""
        return "" if self.first else self.name


PAGES: tuple[Page, ...] = (
    Page(
        name="gradient_flow",
        title="Gradient flow",
        answers=("first_screen", "explaining_charts", "parameters", "memory"),
        pictures=("river/river", "chart/chart"),
        readings="of_flow",
        verdict=(".unroll-verdict",),
        picture=(".unroll-river",),
        chart=("live_gradient_norms",),
        advice=("remedies",),
        onward=(
            Onward(to="training", says="Train this very network"),
            Onward(to="architectures", says="See it in other cells"),
            Onward(to="one_neuron", says="Every number of one neuron"),
            Onward(to="your_model", says="My own model forgets"),
            Onward(to="course", says="The course: one question at a time"),
        ),
    ),
    Page(
        name="training",
        title="Training",
        figures=("short_run",),
        pictures=("chart/chart",),
        config="run",
        readings="of_run",
        verdict=(".unroll-reading",),
        picture=("live_states", "live_scrub"),
        chart=("live_loss", "live_norms"),
        advice=("advice",),
        onward=(
            Onward(to="what_helps", says="What would help it learn"),
            Onward(to="gradient_flow", says="This network, before it learns"),
            Onward(
                to="clipping",
                says="What clipping does, and what not",
                # Of a run; that page's descents and windows are others.
                without=("train_learning_rate", "train_truncation", "train_steps"),
            ),
            Onward(to="your_model", says="My own model does not learn"),
        ),
    ),
    Page(
        name="your_model",
        title="Your model",
        pictures=("stack/stack", "chart/chart"),
        config="",
        verdict=(".unroll-verdict",),
        picture=(".unroll-stack",),
        chart=("live_recorded_norms",),
        advice=("doctor",),
        onward=(
            Onward(to="gradient_flow", says="Why a gradient vanishes"),
            Onward(to="training", says="Watch a training fail, and why"),
            Onward(to="clipping", says="What clipping does, and what not"),
        ),
    ),
    Page(
        name="course",
        title="Course",
        group="Learn",
        config="",
        pictures=("course/course",),
        verdict=(".unroll-course-head",),
        picture=(".unroll-course",),
    ),
    Page(
        name="claims",
        title="Claims",
        group="Learn",
        config="",
        answers=("first_screen",),
        pictures=("chart/chart",),
        verdict=(".unroll-claim", ".unroll-verdict"),
        chart=("live_claim",),
        onward=(
            Onward(to="course", says="The course: one question at a time"),
            Onward(to="gradient_flow", says="Watch a gradient travel"),
        ),
    ),
    Page(
        name="classroom",
        title="Class",
        group="Learn",
        config="",
        pictures=("room/room",),
        verdict=(".unroll-room .words",),
        picture=(".unroll-room",),
    ),
    Page(
        name="what_helps",
        title="What helps",
        group="Explore",
        pictures=("chart/chart",),
        config="run",
        verdict=(".unroll-verdict",),
        chart=("live_before_after",),
        advice=(".unroll-remedies",),
        onward=(
            Onward(to="training", says="Change this network and its task"),
            Onward(to="gradient_flow", says="This network, before it learns"),
            Onward(to="your_model", says="My own model does not learn"),
        ),
    ),
    Page(
        name="one_neuron",
        title="One neuron, by hand",
        group="Explore",
        config="",
        answers=("first_screen", "terms"),
        pictures=("neuron/neuron",),
        readings="of_neuron",
        verdict=(".unroll-verdict",),
        picture=(".unroll-neuron",),
        onward=(
            Onward(to="gradient_flow", says="The same in many units"),
            Onward(
                to="training",
                says="Let a network learn the first bit",
                changes="train_task=first_bit_3",
            ),
            Onward(to="clipping", says="What if a gradient explodes?"),
        ),
    ),
    Page(
        name="initialisation",
        title="Initialisation and activation",
        group="Explore",
        answers=("first_screen", "one_pair"),
        pictures=("panels/panels",),
        readings="of_grid",
        verdict=(".unroll-says",),
        picture=(".unroll-panels",),
        onward=(
            Onward(to="gradient_flow", says="One network of these, step by step"),
            Onward(to="training", says="Train such a network"),
            Onward(to="architectures", says="What other cells do"),
        ),
    ),
    Page(
        name="architectures",
        title="Architectures",
        group="Explore",
        answers=("first_screen", "paths_and_gates"),
        pictures=("chart/chart",),
        readings="of_cells",
        verdict=(".unroll-best",),
        chart=("live_architectures", "live_read_step", ".unroll-cells"),
        onward=(
            Onward(to="gradient_flow", says="One cell, step by step"),
            Onward(to="training", says="Train such a network"),
            Onward(to="your_model", says="My own model forgets"),
        ),
    ),
    Page(
        name="clipping",
        title="Clipping",
        group="Explore",
        answers=("first_screen", "vectors", "real_network_clipped", "truncation"),
        pictures=("cliff/cliff",),
        readings="of_clipping",
        verdict=(".unroll-verdict",),
        picture=(".unroll-cliff",),
        onward=(
            Onward(to="training", says="Clip a training"),
            Onward(to="gradient_flow", says="Why a gradient explodes"),
            Onward(to="your_model", says="My own model prints “NaN”"),
        ),
    ),
)


def grouped() -> dict[str, list[Page]]:
    """The pages by the menu they stand in, "" for those in none, in the order of the table."""
    groups: dict[str, list[Page]] = {}
    for page in PAGES:
        groups.setdefault(page.group, []).append(page)
    return groups

"""Initialisation and activation: which pairs let a gradient flow, side by side on one axis?"""

from dataclasses import replace

import streamlit as st

from ui import live, run
from ui.controls import network, share, views
from ui.frame import blocks, frame
from ui.initialisation import export, figures, words
from ui.look.colours import KIND_COLOURS
from ui.look.typeset import indices, typeset

SETTINGS = (
    "inits",
    "activations",
    "panel_sequences",
    "whole_range",
    "shown_init",
    "shown_activation",
)
GRID_HEIGHT = 582
ROW_HEIGHT = 190  # at most, where few rows are chosen
HISTOGRAM_HEIGHT = 300


def shared():
    """What every panel has in common: the network on screen, with this page's batch."""
    config = replace(network.network(), cell="vanilla", batch_size=views.get("panel_sequences"))
    return network.fitted(config)


def chosen() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return views.get("inits"), views.get("activations")


def shown() -> tuple[str, str]:
    """The pair whose histogram is shown."""
    return views.get("shown_init"), views.get("shown_activation")


def drawn_from() -> tuple:
    """The state on screen."""
    return shared(), [views.get(name) for name in SETTINGS]


def select(init: str, activation: str) -> None:
    views.put(shown_init=init, shown_activation=activation)


def open_pair(init: str, activation: str) -> None:
    """Take a pair over, with the sequences it was drawn from: the main page shows this curve."""
    network.put(
        init=init, activation=activation, cell="vanilla", batch_size=views.get("panel_sequences")
    )
    st.session_state["open_main_page"] = True


def leave_if_asked() -> None:
    """Go to the main page; a callback cannot, so the run that follows it does."""
    if st.session_state.pop("open_main_page", False):
        st.switch_page("pages/gradient_flow.py")


def settings():
    """The controls; returns the places of the live sliders."""
    places = {"link": st.container(), "first": st.container(gap="small", key="first_sliders")}
    views.several("inits")
    views.several("activations")
    views.flag("whole_range")
    with st.expander("More", icon=":material/tune:"):
        places["more"] = st.container(gap="small")
        network.choice("input")
        network.choice("loss_at")
        network.choice("loss_kind")
        network.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        network.seed()
    return places


@live.fragment
def live_part(places, picture):
    """What follows the pointer: every panel, the sentences, the sliders."""
    leave_if_asked()
    config, whole = shared(), views.get("whole_range")
    st.session_state["panels_drawn_from"] = drawn_from()
    live.set_stamp(*drawn_from())
    grid = run.gradient_grid(config, *chosen())
    with picture:
        st.html(says(grid))
        drawn = figures.panels(grid, whole=whole, selected=shown())
        window = tuple(drawn["window"])
        live.panels(
            drawn
            | figures.texts(
                grid,
                factor=words.panel_factor,
                horizon=words.panel_horizon,
                end=lambda panel: words.panel_end(panel, window),
                label=words.panel_label,
            )
            | {
                "query": network.query(config),
                "shows": "preactivation",
                "title": indices("‖∂L/∂h_t‖ from step 1 to the loss"),
                "legend": indices(words.legend(grid)),
                "legend_ends": "" if whole else "↓ ↑ end outside 10⁻⁸ … 10⁴",
                "summary": words.summary(grid),
            },
            key="panels",
            height=min(GRID_HEIGHT, 80 + ROW_HEIGHT * len(grid.inits)),
            on_select=select,
            on_open=open_pair,
        )
    with places["first"]:
        network.slider("gain")
        network.slider("seq_len")
    with places["more"]:
        network.slider("hidden_size")
        network.slider("input_scale")
        views.slider("panel_sequences")
        blocks.sequences_left_out(config, views.get("panel_sequences"))
    with places["link"]:
        share.link(f"{network.query(network.asked())}&{views.query(SETTINGS)}")


def says(grid) -> str:
    """How many vanish, flow and explode, and the sentences, in a box whose height never changes."""
    numbers = "".join(
        f'<span data-kind="{kind}"><b style="color:{KIND_COLOURS[kind]}">{number}</b>'
        f"{typeset(word)}</span>"
        for kind, number, word in words.counts(grid)
    )
    event = words.event(grid)
    return (
        '<section class="unroll-says" aria-live="polite"><div class="line">'
        f"<h1>Initialisation × activation</h1>{numbers}"
        f"<small>{typeset(words.setting(grid))}</small></div>"
        f"<p>{typeset(words.headline(grid))}"
        + (f' <span class="event">{typeset(event)}</span>' if event else "")
        + "</p></section>"
    )


@live.fragment
def details():
    """What may follow a moment later: where z lies on φ in the selected panel, and the files."""
    leave_if_asked()
    config = shared()
    init, activation = shown()
    if st.session_state.get("panels_drawn_from") != drawn_from():
        st.rerun()  # a choice in here changes the grid above, too
    pair = replace(config, init=init, activation=activation)
    panel = run.gradient_grid(pair, (init,), (activation,)).panels[0]
    found = run.preactivations(pair)
    live.set_stamp(*drawn_from())
    live.follows("details")
    picture, beside = st.columns([3.3, 1], gap="medium")
    with picture:
        title = f"Where z lies on φ: {words.pair(init, activation)}"
        caption = words.histogram(found, panel)
        live.chart(
            figures.preactivation(found, activation),
            key="preactivation",
            height=HISTOGRAM_HEIGHT,
            title=indices(title),
            caption=indices(caption),
            alt=f"{title}. {caption}",
            follow=True,
        )
    with beside:
        views.choice("shown_init")
        views.choice("shown_activation")
        st.button(
            "Open on the main page",
            icon=":material/open_in_full:",
            key="open_pair",
            on_click=open_pair,
            args=(init, activation),
        )
    take_away(config)


def take_away(config) -> None:
    """Every curve, and the experiment."""
    st.subheader("Take it away")
    inits, activations = chosen()
    blocks.downloads(
        "initialisation_activation",
        lambda: export.csv(run.gradient_grid(config, inits, activations)),
        lambda: export.script(config, inits, activations),
    )


frame.enter()
frame.style("initialisation")
blocks.link_notes()
picture, beside = st.columns([3.3, 1], gap="medium")
with beside:
    places = settings()
with picture:
    seen = st.container(gap="xsmall", key="stage")
live_part(places, seen)
details()

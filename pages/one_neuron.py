"""One neuron, by hand: what is every single number of backpropagation through time?"""

import time

import streamlit as st

from rnn_core.numbers.spoken import number
from ui import live
from ui.controls import scene_row, share, views
from ui.frame import blocks, frame
from ui.one_neuron import export, figures, glossary, nodes, unit, words
from ui.one_neuron.scenes import STARTS

PICTURE_HEIGHT = 360
CHART_HEIGHT = 240
TRAINING_HEIGHT = 300
TICK = 0.15  # seconds between two pictures of a training that is watched


def drawn_from() -> list:
    """Everything that the charts are drawn from."""
    return [views.get(name) for name in unit.LINKED]


def starts():
    """One click each; what to look at stands under them. Returns the place of the link."""
    return scene_row.of_views(
        "start",
        STARTS,
        "One unit reads a string of bits and should end up with the first one. Drag a weight, "
        "or click any number for its equation.",
        apart_from="node",
    )


def settings():
    """The controls; returns the places of the live ones."""
    places = {"first": st.container(gap="small", key="first_sliders")}
    key = "choice_example"
    bits = views.get("bits")
    st.session_state[key] = bits if bits in unit.EXAMPLES else None
    st.segmented_control(
        "string (the target is its first bit)",
        unit.EXAMPLES,
        key=key,
        on_change=lambda: views.put(bits=st.session_state[key] or bits),
    )
    own, phi = st.columns(2, gap="small")
    with own:
        views.text("bits")
    with phi:
        views.choice("neuron_activation")
    places["outputs"] = st.container()
    return places


@live.fragment
def live_part(places, seen, link, learning, powers):
    """What follows the pointer: the diagram, the training, and the closed form."""
    if st.session_state.pop("rerun_page", False):
        st.rerun()
    live.set_stamp(drawn_from())
    p = unit.on_screen()
    with seen:
        st.html(verdict(p))
        live.neuron(
            figures.diagram(p, unit.node()),
            key="neuron",
            height=PICTURE_HEIGHT,
            on_select=lambda node: views.put(node=node),
        )
    with places["first"]:
        for name in unit.WEIGHTS:
            views.slider(name)
    with places["outputs"]:
        st.html(outputs())
    with learning:
        train()
    with powers:
        closed_form(p)
    with link:
        share.link(views.query(unit.LINKED))


def verdict(p) -> str:
    """Long-term against short-term, in a box whose height never changes."""
    facts = "".join(
        f'<div title="{tip}"><dt>{nodes.maths(name)}</dt><dd>{nodes.maths(value)}</dd></div>'
        for name, value, tip in words.facts(p)
    )
    return (
        '<section class="unroll-verdict" aria-live="polite"><div class="line">'
        f"<h1>{nodes.maths(words.title(p))}</h1><dl>{facts}</dl></div>"
        f"<p>{nodes.maths(words.headline(p))}</p>"
        f'<p class="why">{nodes.maths(words.why(p))}</p></section>'
    )


def outputs() -> str:
    """What the unit on screen makes of the four examples."""
    cell = '<td style="padding:0 .8rem 0 0;text-align:{0}">{1}</td>'
    rows = "".join(
        f'<tr style="font-weight:{600 if p.bits == views.get("bits") else 400}">'
        + cell.format("left", f"{p.bits} → {p.target:.0f}")
        + cell.format("right", number(p.y))
        + cell.format("left", "right" if p.right else '<span style="color:#d7301f">wrong</span>')
        + "</tr>"
        for p in unit.over_examples()
    )
    head = "".join(
        f'<th style="font-weight:400;opacity:.7;padding:0 .8rem 0 0;text-align:{side}">{name}</th>'
        for name, side in (("example", "left"), ("output y", "right"), ("", "left"))
    )
    return (
        '<table style="width:100%;font-size:.875rem;line-height:1.45;border-spacing:0;'
        f'font-variant-numeric:tabular-nums"><tr>{head}</tr>{rows}</table>'
    )


def train() -> None:
    """One update or all of them, the curves, and the way through them."""
    st.subheader("Let it learn")
    found = unit.training()
    history, last = found.history, unit.last_shown(found)
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        views.slider("neuron_rate")
        views.choice("train_on", row=True)
        row = st.container(horizontal=True, gap="small")
        row.button("Update once", key="update_once", on_click=unit.learn, args=(1,))
        row.button(
            "Train to the end", key="train", on_click=unit.learn, args=(None,), type="primary"
        )
        row.button(
            "Watch",
            key="watch",
            icon=":material/play_arrow:",
            on_click=watch,
            disabled=last == 0,
            help="Go through the training from its start; the diagram above follows.",
        )
        if last > 0:
            live.slider(
                "update",
                key="update",
                value=found.at,
                minimum=0,
                maximum=last,
                step=1,
                digits=0,
                unit=f"of {last}",
                help="Go through the training; the diagram shows the weights at this update.",
                on_move=lambda value: unit.goto(round(value)),
            )
    gradients = unit.mean_gradients()
    if history.updates or found.asked:
        said = words.training(
            history,
            last,
            asked=found.asked,
            rate=found.rate,
            shown=last == history.updates,
        )
    else:
        said = "Next: " + words.update_line(
            gradients, {n: views.get(n) for n in unit.WEIGHTS}, views.get("neuron_rate")
        )
    with right:
        live.chart(
            figures.training(history, found.at),
            key="training",
            height=TRAINING_HEIGHT,
            title="Loss and weights over the updates",
            caption=nodes.maths(said),
            alt=said,
        )


def watch() -> None:
    """The ticker stands outside this fragment, so the whole page runs."""
    unit.watch()
    st.session_state["ticked"] = time.monotonic()
    st.session_state["rerun_page"] = True


@st.fragment(run_every=TICK)
def ticker() -> None:
    """While a training is watched: the next picture of it."""
    # A run of the whole page comes through here too, and must not count as a tick.
    now = time.monotonic()
    if now - st.session_state.get("ticked", 0.0) < TICK * 0.8:
        return
    st.session_state["ticked"] = now
    if unit.training().playing:
        unit.advance()
    st.rerun()


def closed_form(p) -> None:
    """w to the power n: what a linear unit does to the gradient over a lag."""
    st.subheader("The closed form: a linear unit multiplies by w at every step")
    w, lag = views.get("power_w"), views.get("power_lag")
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        views.slider("power_w")
        views.slider("power_lag")
        st.html(power_table(w, lag))
    with right:
        caption = words.power_caption(w, lag, words.per_step(p))
        live.chart(
            figures.power(w, lag),
            key="power",
            height=CHART_HEIGHT,
            title="∂h<sub>T</sub>/∂h<sub>T−n</sub> = w<sup>n</sup>, where h<sub>t</sub> = "
            "w h<sub>t−1</sub>",
            caption=nodes.maths(caption),
            alt=caption,
        )


def power_table(w: float, lag: int) -> str:
    """The reader's power, and those worth knowing by heart."""
    cell = '<td style="text-align:right;padding:0 0 0 .8rem">'
    rows = "".join(
        f'<tr style="{"font-weight:600" if i == 0 else "opacity:.85"}">'
        + "".join(f"{cell}{value}</td>" for value in row)
        + "</tr>"
        for i, row in enumerate(figures.power_rows(w, lag))
    )
    head = "".join(
        f'<th style="font-weight:400;opacity:.7;text-align:right">{name}</th>'
        for name in ("w", "n", "w<sup>n</sup>", "log₁₀|w<sup>n</sup>|")
    )
    return (
        '<table style="width:100%;font-size:.875rem;line-height:1.5;border-spacing:0;'
        f'font-variant-numeric:tabular-nums"><tr>{head}</tr>{rows}</table>'
    )


@live.fragment
def details(terms_place, check_place):
    """What may follow a moment later: the terms, the check and the exports."""
    live.set_stamp(drawn_from())
    p = unit.on_screen()
    with terms_place:
        left, right = st.columns(2, gap="medium")
        with left:
            caption = words.terms_caption(p)
            live.chart(
                figures.terms(p),
                key="terms",
                height=CHART_HEIGHT,
                title="One term per step: sign and size",
                caption=nodes.maths(caption),
                alt=caption,
                follow=True,
                step_axis="x",
            )
        with right:
            caption = words.shares_caption(p)
            live.chart(
                figures.shares(p),
                key="term_shares",
                height=CHART_HEIGHT,
                title="Their shares: short-term on the right, long-term on the left",
                caption=nodes.maths(caption),
                alt=caption,
                follow=True,
                step_axis="x",
            )
    with check_place:
        live.follows("check")
        check(p)


def check(p) -> None:
    """The difference quotient beside the gradient, and what to take away."""
    st.subheader("Is it right? Take it away, or doubt it")
    rows = unit.finite_differences(p)
    cell = '<td style="text-align:right;padding:0 0 0 1.2rem">'
    body = "".join(
        f"<tr><td>{nodes.maths('∂L/∂' + row.weight)}</td>{cell}{number(row.gradient, 9)}</td>"
        f"{cell}{number(row.measured, 9)}</td>{cell}{number(row.relative, 3)}</td></tr>"
        for row in rows
    )
    head = "".join(
        f'<th style="font-weight:400;opacity:.7;text-align:{side};padding:0 0 0 1.2rem">{name}</th>'
        for name, side in (
            ("", "left"),
            ("backpropagation", "right"),
            ("(<i>L</i>(<i>w</i>+ε) − <i>L</i>(<i>w</i>−ε)) / 2ε", "right"),
            ("relative difference", "right"),
        )
    )
    st.html(
        '<div style="overflow-x:auto"><table class="differences" style="font-size:.9rem;'
        "line-height:1.7;border-spacing:0;white-space:nowrap;"
        f'font-variant-numeric:tabular-nums"><tr>{head}</tr>{body}</table></div>'
    )
    st.caption(nodes.maths(words.differences_caption(rows)), unsafe_allow_html=True)
    blocks.downloads(
        "one_neuron",
        lambda: export.csv(p),
        lambda: export.script(p),
        data="Every number as CSV",
        program="Both passes as Python",
    )


frame.enter()
blocks.link_notes()
link = starts()
picture, beside = st.columns([3.3, 1], gap="medium")
with beside:
    places = settings()
with picture:
    seen = st.container(gap="xsmall", key="stage")
terms_place = st.container()
learning = st.container(key="learning")
powers = st.container()
check_place = st.container()
live_part(places, seen, link, learning, powers)
details(terms_place, check_place)
if unit.training().playing:
    ticker()

with st.expander("Words, formulas and sources", icon=":material/menu_book:"):
    st.markdown(glossary.GLOSSARY)

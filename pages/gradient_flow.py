"""Gradient flow: what does the gradient do on its way back through time, and why?"""

import streamlit as st

from ui import export, live, run
from ui.controls import network, scene_row, share, views
from ui.frame import blocks, frame
from ui.gradient_flow import (
    captions,
    check_words,
    figures,
    law_words,
    memory_figures,
    memory_words,
    quiz,
    river,
    words,
)
from ui.gradient_flow.glossary import GLOSSARY
from ui.gradient_flow.scenes import SCENES
from ui.look import norms
from ui.look.colours import KIND_COLOURS
from ui.look.typeset import indices, typeset

RIVER_HEIGHT = 226
MAIN_HEIGHT = 208


def play(name: str) -> None:
    network.put(**SCENES[name].changes)
    network.select_step(None)
    st.session_state["scene"] = name


def scenes():
    """One click each; what to look at stands under them. Returns the place of the link."""
    row = scene_row.start()
    if quiz.on():
        quiz.buttons(row)
    else:
        labels = {name: scene.label for name, scene in SCENES.items()}
        scene_row.buttons(row, "scene", labels, play)
    with row:
        quiz.switch()
    link = scene_row.link_place(row)
    name = st.session_state.get("scene")
    if quiz.hides_now():
        st.caption("Answer, and the picture, the curve and the reasons appear.")
    elif quiz.on():
        with st.container(key="stage_score"):
            st.html(quiz.result())
    elif name and network.values() == SCENES[name].changes:
        scene_row.says(SCENES[name].label, SCENES[name].look)
    else:
        st.caption(
            "Drag **W_h scale** and watch the gradient on its way back from the loss, or start "
            "from a scene."
        )
    return link


def settings():
    """The controls; returns the places of the live sliders."""
    places = {"first": st.container(gap="small", key="first_sliders")}
    network.choice("cell")
    places["own"] = st.container(gap="small", key="own_sliders")
    network.choice("activation")
    network.choice("init")
    with st.expander("More", icon=":material/tune:"):
        places["more"] = st.container(gap="small")
        network.choice("input")
        network.choice("loss_at")
        network.choice("loss_kind")
        network.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        network.seed()
        network.every_sequence_switch()
    views.several("laws")
    return places


@live.fragment
def live_part(places, picture, link):
    """What follows the pointer: the picture and the main chart first, then the sliders."""
    config = network.network()
    step = network.selected_step()
    live.set_stamp(config, step)
    if quiz.changed(config):
        st.rerun()
    with picture:
        if quiz.hides(config):
            st.html(quiz.question(config))
        else:
            show(config, step)
    with places["first"]:
        network.slider("gain")
        network.slider("seq_len")
    with places["own"]:
        for setting in config.cell_used.settings:
            network.slider(setting.name)
        blocks.sequences_left_out(config, network.values()["batch_size"])
    with places["more"]:
        network.slider("hidden_size")
        network.slider("input_scale")
        network.slider("batch_size")
    with link:
        address = network.query(network.asked(), step, network.every_sequence())
        own = views.query(("laws",), changed_only=True)
        share.link(f"{address}&{own}" if own else address, quiz=True)


def show(config, step) -> None:
    """Verdict, picture and main chart."""
    flow = run.gradient_flow(config)
    laws = run.laws(config, views.get("laws"))
    st.html(verdict(flow))
    live.river(
        river.river(flow, step),
        key="river",
        height=RIVER_HEIGHT,
        on_select=network.select_step,
    )
    live.chart(
        figures.gradient_norms(flow, laws, every_sequence=network.every_sequence()),
        key="gradient_norms",
        height=MAIN_HEIGHT,
        title=indices(captions.norms_title(flow)),
        caption=indices(captions.norms_caption(flow)),
        alt=words.summary(flow),
        lead=True,
        step_axis="x",
    )


def verdict(flow) -> str:
    """What happens, how fast and why, in a box whose height never changes."""
    kind = flow.verdict
    facts = "".join(
        f'<div title="{typeset(tip)}"><dt>{typeset(name)}</dt><dd>{typeset(value)}</dd></div>'
        for name, value, tip in words.facts(flow)
    )
    event = words.event(flow)
    below = (
        f'<p class="event">{typeset(event)}</p>'
        if event
        else (f'<p class="why">{typeset(words.why(flow))}</p>')
    )
    return (
        f'<section class="unroll-verdict{" brief" if quiz.on() else ""}" aria-live="polite" '
        f'data-kind="{kind}"><div class="line">'
        f'<h1 style="color:{KIND_COLOURS[kind]}">{words.TITLES[kind]}</h1><dl>{facts}</dl></div>'
        f"<p>{typeset(words.headline(flow))}</p>{below}</section>"
    )


@live.fragment
def details(below):
    """What may follow a moment later: the remedies, in `below`, and the charts that explain."""
    if st.session_state.pop("rerun_page", False):
        st.rerun()
    config = network.network()
    if quiz.hides(config):
        return
    step = network.selected_step()
    live.set_stamp(config, step)
    flow = run.explained(config)
    with below:
        live.follows("details")
        remedies(config, flow)
    theory(config, flow)
    left, right = st.columns(2, gap="medium")
    with left:
        if config.cell_used.kept:
            blocks.explain(
                "gate_map",
                figures.gate_map(flow),
                captions.gate_title(flow),
                captions.gate_caption(flow),
                step_axis="x",
            )
        elif config.cell_used.has_slope:
            blocks.explain(
                "derivative_map",
                figures.derivative_map(flow),
                "φ′(z): where units are flat, by unit and step",
                captions.derivative_caption(flow),
                step_axis="x",
            )
        blocks.explain(
            "eigenvalues",
            figures.eigenvalues(flow, step),
            captions.eigenvalues_title(flow),
            captions.eigenvalues_caption(flow, step),
        )
    with right:
        blocks.explain(
            "teaching",
            figures.teaching(flow),
            "Who teaches whom: the loss at step j, the state at i",
            captions.teaching_caption(flow),
            step_axis="xy",
        )
        blocks.explain(
            "shares",
            figures.shares(flow),
            f"Each step’s share of {captions.shared_gradient(flow)}",
            captions.shares_caption(flow),
            step_axis="x",
        )


@live.fragment
def remembers():
    """The forward side of the same Jacobians; then what there is to take away."""
    config = network.network()
    if quiz.hides(config):
        return
    live.set_stamp(config, network.selected_step())
    flow = run.gradient_flow(config)
    st.subheader("What the state still knows")
    product = run.jacobian_product(config)
    if product is None:
        st.caption(memory_words.TOO_LARGE)
    else:
        memory(flow, product)
    take_away(config, flow)


def memory(flow, product) -> None:
    """‖∂h_t/∂h_1‖ and its singular values; trajectories and their distances."""
    letter = norms.state_letter(flow)
    left, right = st.columns(2, gap="medium")
    with left:
        blocks.explain(
            "memory_norms",
            memory_figures.norms(product, letter),
            f"Forward and backward: ‖∂{letter}_t/∂{letter}_1‖ and ‖∂L/∂{letter}_t‖",
            memory_words.norms_caption(flow, product),
            step_axis="x",
        )
        blocks.explain(
            "trajectories",
            memory_figures.plane(product),
            "The state from several starts, the same input",
            memory_words.plane_caption(product),
        )
    with right:
        blocks.explain(
            "singular_values",
            memory_figures.singular_values(product),
            "Singular values of the product of Jacobians, by lag",
            memory_words.singular_caption(product),
        )
        blocks.explain(
            "distances",
            memory_figures.distances(product),
            "How far apart they are",
            memory_words.distances_caption(product),
            step_axis="x",
        )


def theory(config, flow) -> None:
    """The laws on the chart, each with its formula and how far it is off here."""
    laws = run.laws(config, views.get("laws"))
    if laws:
        st.subheader("What theory says")
    for label, formula, sentence, when in law_words.theory(flow, laws):
        name, said = st.columns([1, 2], gap="medium", vertical_alignment="center")
        name.markdown(f"**{label}** \n\n ${formula}$", help=when)
        said.html(f"<p>{typeset(sentence)}</p>")


def remedies(config, flow) -> None:
    """What would help, each change tried before it is offered."""
    st.subheader("What would help")
    found = run.remedies(config)
    if not found:
        st.caption(check_words.no_remedy(flow, too_large=run.too_large_to_try(config)))
    for number, tried in enumerate(found):
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.button("Apply", key=f"remedy_{number}", on_click=apply, args=(dict(tried.change),))
        row.html(typeset(check_words.remedy(tried.title, tried.factor, tried.log10_carried)))


def apply(change: dict) -> None:
    """Take a remedy over; the controls stand outside this fragment, so the whole page runs."""
    network.put(**change)
    st.session_state["rerun_page"] = True


def script(config) -> str:
    """The vanilla recurrence written out, or any other cell by its own step."""
    if config.cell_used.two_factors:
        return export.script(config)
    from ui.architectures import export as arch_export

    return arch_export.script(config, (config.cell,), [config.seed])


def take_away(config, flow) -> None:
    """The curve, the experiment and the check."""
    st.subheader("Take it away, or doubt it")
    row = blocks.downloads(
        "gradient_flow",
        lambda: export.csv(flow),
        lambda: script(config),
        data="Curve as CSV",
    )
    if row.button("Check against PyTorch", icon=":material/verified:", key="check"):
        with st.spinner("The same network by PyTorch autograd …"):
            found = run.check_against_pytorch(config)
        st.session_state["check_result"] = config, check_words.comparison(found)
    checked, said = st.session_state.get("check_result", (None, ""))
    if checked == config:
        st.info(said, icon=":material/verified:")


frame.enter()
blocks.link_notes()
link = scenes()
picture, beside = st.columns([3.3, 1], gap="medium")
with beside:
    places = settings()
with picture:
    seen = st.container(gap="xsmall", key="stage")
    if quiz.hides_now():
        with st.container(key="stage_quiz"):
            quiz.form()
    else:
        below = st.container(gap="xsmall", key="remedies")
live_part(places, seen, link)
if not quiz.hides_now():
    details(below)
    remembers()

with st.expander("Words, formulas and sources", icon=":material/menu_book:"):
    st.markdown(GLOSSARY)

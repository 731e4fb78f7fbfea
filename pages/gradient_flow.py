"""Gradient flow: what does the gradient do on its way back through time, and why?"""

import streamlit as st

from ui import (
    blocks,
    controls,
    export,
    figures,
    frame,
    live,
    memory_figures,
    memory_words,
    quiz,
    run,
    scene_row,
    share,
    views,
    words,
)
from ui.glossary import GLOSSARY
from ui.scenes import SCENES
from ui.style import KIND_COLOURS, indices, typeset

RIVER_HEIGHT = 226
MAIN_HEIGHT = 208


def play(name: str) -> None:
    controls.put(**SCENES[name].changes)
    controls.select_step(None)
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
    elif name and controls.values() == SCENES[name].changes:
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
    controls.choice("cell")
    places["own"] = st.container(gap="small", key="own_sliders")
    controls.choice("activation")
    controls.choice("init")
    with st.expander("More", icon=":material/tune:"):
        places["more"] = st.container(gap="small")
        controls.choice("input")
        controls.choice("loss_at")
        controls.choice("loss_kind")
        controls.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        controls.seed()
        controls.every_sequence_switch()
    views.several("laws")
    return places


@live.fragment
def live_part(places, picture, link):
    """What follows the pointer: the picture and the main chart first, then the sliders."""
    config = controls.network()
    step = controls.selected_step()
    live.set_stamp(config, step)
    if quiz.changed(config):
        st.rerun()
    with picture:
        if quiz.hides(config):
            st.html(quiz.question(config))
        else:
            show(config, step)
    with places["first"]:
        controls.slider("gain")
        controls.slider("seq_len")
    with places["own"]:
        for name in config.cell_used.settings:
            controls.slider(name)
        blocks.sequences_left_out(config, controls.values()["batch_size"])
    with places["more"]:
        controls.slider("hidden_size")
        controls.slider("input_scale")
        controls.slider("batch_size")
    with link:
        address = controls.query(controls.asked(), step, controls.every_sequence())
        own = views.query(("laws",), changed_only=True)
        share.link(f"{address}&{own}" if own else address, quiz=True)


def show(config, step) -> None:
    """Verdict, picture and main chart."""
    flow = run.gradient_flow(config)
    laws = run.laws(config, views.get("laws"))
    st.html(verdict(flow))
    live.river(
        figures.river(flow, step),
        key="river",
        height=RIVER_HEIGHT,
        on_select=controls.select_step,
    )
    live.chart(
        figures.gradient_norms(flow, laws, every_sequence=controls.every_sequence()),
        key="gradient_norms",
        height=MAIN_HEIGHT,
        title=indices(words.norms_title(flow)),
        caption=indices(words.norms_caption(flow)),
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
    below = f'<p class="event">{typeset(event)}</p>' if event else (
        f'<p class="why">{typeset(words.why(flow))}</p>')  # fmt: skip
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
    config = controls.network()
    if quiz.hides(config):
        return
    step = controls.selected_step()
    live.set_stamp(config, step)
    flow = run.explained(config)
    with below:
        live.follows("details")
        remedies(config, flow)
    theory(config, flow)
    left, right = st.columns(2, gap="medium")
    with left:
        if config.cell in words.KEEPING_GATES:
            blocks.explain(
                "gate_map",
                figures.gate_map(flow),
                words.gate_title(flow),
                words.gate_caption(flow),
                step_axis="x",
            )
        elif config.cell_used.has_slope:
            blocks.explain(
                "derivative_map",
                figures.derivative_map(flow),
                "φ′(z): where units are flat, by unit and step",
                words.derivative_caption(flow),
                step_axis="x",
            )
        blocks.explain(
            "eigenvalues",
            figures.eigenvalues(flow, step),
            words.eigenvalues_title(flow),
            words.eigenvalues_caption(flow, step),
        )
    with right:
        blocks.explain(
            "teaching",
            figures.teaching(flow),
            "Who teaches whom: the loss at step j, the state at i",
            words.teaching_caption(flow),
            step_axis="xy",
        )
        blocks.explain(
            "shares",
            figures.shares(flow),
            f"Each step’s share of {words.shared_gradient(flow)}",
            words.shares_caption(flow),
            step_axis="x",
        )


@live.fragment
def remembers():
    """The forward side of the same Jacobians; then what there is to take away."""
    config = controls.network()
    if quiz.hides(config):
        return
    live.set_stamp(config, controls.selected_step())
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
    letter = figures.state_letter(flow)
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
    for label, formula, sentence, when in words.theory(flow, laws):
        name, said = st.columns([1, 2], gap="medium", vertical_alignment="center")
        name.markdown(f"**{label}** \n\n ${formula}$", help=when)
        said.html(f"<p>{typeset(sentence)}</p>")


def remedies(config, flow) -> None:
    """What would help, each change tried before it is offered."""
    st.subheader("What would help")
    found = run.remedies(config)
    if not found:
        st.caption(words.no_remedy(flow, too_large=run.too_large_to_try(config)))
    for number, tried in enumerate(found):
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.button("Apply", key=f"remedy_{number}", on_click=apply, args=(dict(tried.change),))
        row.html(typeset(words.remedy(tried.title, tried.factor, tried.log10_carried)))


def apply(change: dict) -> None:
    """Take a remedy over; the controls stand outside this fragment, so the whole page runs."""
    controls.put(**change)
    st.session_state["rerun_page"] = True


def script(config) -> str:
    """The vanilla recurrence written out, or any other cell by its own step."""
    if config.cell_used.two_factors:
        return export.script(config)
    from ui import arch_export  # here: the first page of a server need not wait for it

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
            try:
                said = words.comparison(run.check_against_pytorch(config))
            except run.MissingTorch as missing:
                said = str(missing)
        st.session_state["check_result"] = config, said
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

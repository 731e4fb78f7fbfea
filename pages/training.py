"""Training: a network learns in front of you. What does its gradient do meanwhile?"""

import html
import time

import streamlit as st

from ui import (
    blocks,
    doctor,
    frame,
    live,
    scene_row,
    share,
    train_export,
    train_figures,
    train_tables,
    training,
    views,
)
from ui import train_controls as controls
from ui import train_words as words
from ui.style import LINE, indices, typeset
from ui.train_scenes import SCENES

CHART_HEIGHT = 250
STATES_HEIGHT = 260
FAST, SLOW = 0.5, 0.8  # seconds between two looks at a run; its charts are pumped in between
DIAGNOSED = 1.0  # seconds a diagnosis stays, or its buttons would move under the pointer
# One click each; the others are a click further away.
FIRST_SCENES = ("three_bits", "near_and_far", "spike", "hair", "clip_norm", "orthogonal")
NO_ADVICE = ("What is recorded will be read here, with what to change.", "Nothing to change now.")

STYLE = f"""
<style>
.unroll-reading {{ height: 5.65rem; overflow: hidden; }}
.unroll-reading h1 {{ font-size: 1.6rem; line-height: 1.15; margin: 0; padding: 0; }}
.unroll-reading p {{ margin: 0.2rem 0 0; font-size: 0.875rem; line-height: 1.35; }}
.unroll-reading sub {{ line-height: 0; }}
.unroll-progress {{ display: flex; gap: 0.8rem; align-items: center; height: 2.2rem;
  font-size: 0.875rem; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.unroll-progress b {{ min-width: 4.6rem; }}
.unroll-progress .track {{ flex: 1; min-width: 3rem; height: 6px; border-radius: 3px;
  background: rgba(128, 128, 128, 0.25); overflow: hidden; }}
.unroll-progress .track i {{ display: block; height: 100%; background: {LINE}; }}
.st-key-transport button {{ min-height: 2.2rem; padding: 0.15rem 0.75rem; }}
/* One line whatever is advised: the charts below must not move. */
.st-key-advice {{ height: 2.3rem; flex-wrap: nowrap !important; overflow: hidden; }}
.st-key-advice > * {{ flex-shrink: 0; }}
.st-key-advice > :last-child {{ flex: 1 1 0 !important; min-width: 0; }}
.st-key-advice [data-testid="stCaptionContainer"] p {{ white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }}
.st-key-advice button {{ min-height: 2.1rem; padding: 0.1rem 0.7rem; }}
.st-key-waiting {{ border-left: 3px solid {LINE}; padding: 0.1rem 0.7rem; }}
.st-key-waiting button {{ min-height: 2rem; padding: 0.1rem 0.7rem; }}
@media (max-width: 640px) {{
  .unroll-reading {{ height: 9.5rem; }}
  .unroll-reading h1 {{ font-size: 1.35rem; }}
  .unroll-reading p {{ font-size: 0.8125rem; }}
  .st-key-advice [data-testid="stCaptionContainer"] {{ display: none; }}
  .st-key-advice {{ overflow-x: auto; scrollbar-width: none; }}
  .st-key-progress {{ flex-wrap: wrap !important; }}
  .st-key-progress > :first-child {{ flex: 1 0 100% !important; }}
  .unroll-progress {{ flex-wrap: wrap; height: 3.2rem; gap: 0 0.8rem; }}
  .unroll-progress > span:last-child {{ flex: 1 0 100%; }}
}}
</style>
"""


# -- what the page is told


def play(name: str) -> None:
    scene = next(s for s in SCENES if s.name == name)
    controls.put_config(scene.config)
    versus = "none" if scene.versus is None else controls.versus_of(scene.config, scene.versus)
    controls.put(versus=versus)
    st.session_state["training_scene"] = name
    controls.restart()


def acted(function, *args):
    """A click inside a fragment: the whole page runs afterwards."""

    def callback() -> None:
        function(*args)
        st.session_state["training_acted"] = True

    return callback


def keep() -> None:
    runs = controls.all_shown()
    taken = {kept.title for kept in training.kept()}
    name = words.run_name(runs[0].config)
    title = next(t for n in range(1, 99) if (t := name if n == 1 else f"{name} ({n})") not in taken)
    try:
        training.keep(controls.main(), title)
    except ValueError as error:
        st.session_state["training_said"] = str(error)


# -- the parts


def scenes():
    """One click each; the lesson stands under them. Returns the place of the link."""
    row = scene_row.start()
    first = {scene.name: scene.label for scene in SCENES if scene.name in FIRST_SCENES}
    more = {scene.name: scene.label for scene in SCENES if scene.name not in FIRST_SCENES}
    scene_row.buttons(row, "scene", first, play)
    scene_row.buttons(row.popover("More scenes"), "scene", more, play, width="stretch")
    link = scene_row.link_place(row)
    shown = next((s for s in SCENES if s.name == st.session_state.get("training_scene")), None)
    if shown and controls.plan().config == shown.config:
        scene_row.says(shown.label, shown.lesson)
    else:
        st.caption(
            "Press **Start** and watch a recurrent network learn, and its gradient on the way back "
            "through time. Learning rate and clipping act while it runs."
        )
    return link


def transport() -> None:
    """Start or pause, step, stop, reset, speed; the offers to compare."""
    run = controls.main()
    runs = controls.runs()
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="transport")
    active = any(r.active for r in runs)
    can = any(r.can_start for r in runs)
    if active:
        row.button("Pause", icon=":material/pause:", key="run_pause", on_click=controls.pause,
                   type="primary")  # fmt: skip
    else:
        word = "Go on" if run.begun and can else "Start"
        row.button(word, icon=":material/play_arrow:", key="run_start", on_click=controls.start,
                   type="primary", disabled=not can)  # fmt: skip
    row.button("Step", icon=":material/skip_next:", key="run_step", on_click=controls.step,
               disabled=active or not can, help="One update.")  # fmt: skip
    row.button("Stop", icon=":material/stop:", key="run_stop", on_click=controls.stop,
               disabled=not any(r.begun and (r.active or r.can_start) for r in runs),
               help="End this run; it stays on screen.")  # fmt: skip
    row.button("Reset", icon=":material/restart_alt:", key="run_reset", on_click=controls.reset,
               disabled=not any(r.begun for r in runs),
               help="Back to update 0, with the settings on screen.")  # fmt: skip
    key = "view_train_speed"
    st.session_state[key] = controls.get("speed")
    setting = views.VIEWS["train_speed"]
    row.selectbox(
        setting.label,
        list(setting.words),
        format_func=setting.words.__getitem__,
        key=key,
        label_visibility="collapsed",
        width=170,
        help=setting.help,
        on_change=lambda: views.put(train_speed=st.session_state[key]),
    )
    row.button("Keep", icon=":material/bookmark:", key="run_keep", on_click=keep,
               disabled=not run.steps,
               help="Keep this run's curves on the charts, to compare others with.")  # fmt: skip


def waiting() -> None:
    """Settings that act on the next run only, said plainly."""
    asked = controls.plan()
    if asked.error:
        st.error(f"These settings cannot run: {asked.error}. What is on screen stays as it is.")
    if said := st.session_state.pop("training_said", ""):
        st.warning(said)
    names = controls.waiting_changes()
    if not names:
        return
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="waiting")
    row.markdown(f"These settings are for the next run: **{words.fields(names)}**", width="content")
    row.button("Restart with them", key="run_restart", on_click=controls.restart, type="primary")
    row.button("Put them back", key="run_put_back", on_click=controls.put_back)


def settings():
    """The controls; returns the places of the live sliders."""
    places = {"first": st.container(gap="small", key="first_sliders")}
    controls.choice("clip", row=True)
    places["budget"] = st.container(gap="small")
    controls.task_choice()
    places["length"] = st.container(gap="small")
    with st.container(gap="xsmall"):
        if controls.uses_text():
            controls.text_area("From 40 to 20,000 characters, of 2 to 64 different ones.")
            if controls.too_long_for_a_link():
                st.caption("This text is too long for a link: whoever opens it pastes their own.")
    controls.choice("cell")
    places["cell"] = st.container(gap="small")
    # What is not seen is not there: the browser goes through all there is at every drawing.
    network = st.expander(
        "Network", icon=":material/hub:", key="train_network_open", on_change="rerun"
    )
    if network.open:
        with network:
            controls.cell_choices()
            places["network"] = st.container(gap="small")
            controls.choice("scale_sets")
    more = st.expander(
        "Training", icon=":material/tune:", key="train_training_open", on_change="rerun"
    )
    if not more.open:
        return places
    with more:
        controls.choice("optimizer")
        places["training"] = st.container(gap="small")
        controls.flag("curriculum")
        controls.choice("precision", row=True)
        controls.choice("engine", row=True)
        controls.seed()
    return places


def sliders(places, link) -> None:
    """The numbers; those that may change in a run do while they move."""
    if st.session_state.pop("training_acted", False):
        st.rerun()
    controls.sync()
    cell = controls.plan().config.cell_used
    with places["first"]:
        controls.slider("learning_rate")
        if controls.get("clip") == "value":
            controls.slider("clip_value")
        else:
            controls.slider("max_norm")
    with places["budget"]:
        controls.slider("steps")
    with places["length"]:
        controls.length_slider()
    with places["cell"]:
        controls.slider("hidden_size")
        for name in cell.settings:
            controls.slider(name)
    if "network" in places:
        with places["network"]:
            if cell.has_matrix:
                controls.slider("gain")
            controls.slider("input_gain")
    if "training" in places:
        with places["training"]:
            controls.slider("batch_size")
            controls.slider("truncation")
            if cell.two_factors:
                controls.slider("omega")
            else:
                st.caption(f"Ω needs J = diag(φ′) W_h, which the {cell.label} has not.")
    with link:
        share.link(views.query(controls.linked()))
    # The charts of a run at rest, and what waits for the next one, stand outside this fragment.
    before, now = st.session_state["training_drawn_from"], drawn_from()
    if before != now:
        idle = not any(run.active for run in controls.runs())
        if idle or before[1:] != now[1:]:
            st.rerun()


def drawn_from() -> tuple:
    """What the page outside the sliders' fragment shows of the settings."""
    asked = controls.plan()
    return (asked.config, asked.error, tuple(controls.waiting_changes()))


def states() -> tuple:
    """Of the runs there are: a change of it concerns the whole page."""
    return (*(run.state for run in controls.runs()), len(training.kept()))


def changed_state() -> bool:
    return st.session_state.get("training_states") != states()


def fast(left, right) -> None:
    """What follows the run: its loss and its gradient norms, pumped while the run goes on."""
    if changed_state():
        live.still()
        st.rerun()
    runs = controls.all_shown()
    loss_says = words.loss_caption(runs[0])
    norms_say = words.norms_caption(runs[0])
    loss_alt = f"Loss over the updates. {loss_says}"
    norms_alt = f"Norm of the gradient of all parameters. {norms_say}"
    common = {"height": CHART_HEIGHT, "pumped": True}
    loss = common | {"key": "loss", "title": "Loss"}
    norms = common | {"key": "norms", "title": "Gradient norm, before and after clipping"}
    with left:
        live.chart(train_figures.loss(runs), caption=loss_says, alt=loss_alt, **loss)
    with right:
        live.chart(train_figures.norms(runs), caption=norms_say, alt=norms_alt, **norms)
    if not any(run.active for run in controls.runs()):
        live.still()
        return
    fresh, draw_loss, draw_norms = controls.refresher(), live.drawer(**loss), live.drawer(**norms)

    def draw(n: int) -> list[bytes]:
        now = fresh()
        made = [draw_loss(train_figures.loss(now), loss_says, loss_alt)]
        if n % 3 == 0:
            made.append(draw_norms(train_figures.norms(now), norms_say, norms_alt))
        return made

    live.pump(draw)


def held(name: str, seconds: float, make):
    """What `make` gives; while the run goes on, a new one only after so many seconds."""
    now, run = time.monotonic(), controls.main()
    kept = st.session_state.setdefault("training_held", {})
    before = kept.get(name)
    # A change of state or settings shows at once.
    of = (run.state, run.config, controls.plan().rival, len(training.kept()), run.steps > 0)
    if before and run.active and before[0] == of and now - before[1] < seconds:
        return before[2]
    kept[name] = (of, now, make())
    return kept[name][2]


def progress_line() -> str:
    """State, bar and numbers."""
    run = controls.main()
    p = run.progress
    share = min(p.steps / max(p.budget, 1), 1)
    said = words.progress(run.state, p.steps, p.budget, p.rate, p.seconds_left)
    if run.message:
        said = f"{run.message} · {said}"
    if run.active and not p.steps and run.config.engine == "torch":
        said = "loading PyTorch …"
    return (
        f'<div class="unroll-progress" role="status"><b>{words.STATES[run.state]}</b>'
        f'<span class="track"><i style="width:{100 * share:.1f}%"></i></span>'
        f"<span>{html.escape(said)}</span></div>"
    )


def slow(reading, progress, matrix, scrubber, curve, spectra, says) -> None:
    """What may follow a moment later: the reading, the matrix, the spectra, the predictions."""
    if st.session_state.pop("training_acted", False):
        st.rerun()
    runs = controls.all_shown()
    with reading:
        read(runs[0])
    with progress:
        st.html(progress_line())
    main = runs[controls.looked_at_place()]
    others = [run for run in runs if run is not main]
    at = st.session_state.get("training_at")
    row = words.row_of(main.record, at)
    with matrix:
        live.chart(
            train_figures.states(main, others, at),
            key="states",
            height=STATES_HEIGHT,
            title=indices(words.states_title(main)),
            caption=words.states_caption(main.record),
            alt=f"{words.states_title(main)}. {words.states_caption(main.record)}",
            step_axis="y",
        )
    with scrubber:
        scrub(main, row)
    with curve:
        live.chart(
            train_figures.curve(main, at),
            key="curve",
            height=STATES_HEIGHT,
            title=curve_title(main, row),
            caption=words.curve_caption(main.record, row),
            alt=words.curve_caption(main.record, row),
            step_axis="x",
        )
    with spectra:
        live.chart(
            train_figures.spectrum(main, others),
            key="spectrum",
            height=STATES_HEIGHT,
            title="ρ, σ<sub>max</sub> and saturation",
            caption=indices(words.spectrum_caption(main)),
            alt=words.spectrum_caption(main),
        )
    with says:
        predictions(main)


def read(main) -> None:
    """The headline: what the numbers recorded say, and what to change."""
    if not len(main.record):
        task = main.config.task_used
        title = f"{task.label[0].upper()}{task.label[1:]}: {task.question}"
        lines, advice, tone = [words.setup(main.config)], (), "wait"
    else:
        found = diagnosis(main)
        title, lines, advice, tone = found.title, found.evidence, found.advice, found.tone
    said = typeset(" ".join(lines))
    st.html(
        f'<section class="unroll-reading"><h1 aria-live="polite" '
        f'style="color:{words.tone_colour(tone)}">{typeset(title)}</h1><p>{said}</p></section>'
    )
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="advice")
    for n, item in enumerate(advice):
        row.button(item.label, key=f"advice_{n}", help=item.text, icon=":material/healing:",
                   on_click=acted(controls.set_fields, item.changes))  # fmt: skip
    row.caption(advice[0].text if advice else NO_ADVICE[bool(len(main.record))])


def diagnosis(main):
    """The doctor's; while a run goes on, a new one every second."""
    return held(
        "diagnosis",
        DIAGNOSED,
        lambda: doctor.read(main.config, main.record, main.event, main.solved_step),
    )


def look() -> None:
    """With two runs, whose details stand below."""
    if len(controls.runs()) < 2:
        return
    names = [run.name for run in controls.all_shown()[:2]]
    key = "choice_train_look"
    st.session_state[key] = controls.looked_at_place()
    st.segmented_control(
        "details of",
        [0, 1],
        format_func=names.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update(training_look=st.session_state[key]),
    )


def scrub(main, row) -> None:
    """Through the recorded updates; at the right end it follows the run."""
    record = main.record
    if row is None:
        return
    last = int(record.state_steps[words.row_of(record, None)])

    def moved(value: float) -> None:
        st.session_state["training_at"] = None if value >= last else round(value)

    live.slider(
        "update shown" + (" (latest)" if st.session_state.get("training_at") is None else ""),
        key="scrub",
        value=int(record.state_steps[row]),
        minimum=1,
        maximum=max(train_figures.last_update(main.config.steps, last), 2),
        step=1,
        digits=0,
        help="Go back to any recorded update; at the right end it follows the run.",
        on_move=moved,
    )


def curve_title(main, row) -> str:
    if row is None:
        return "‖∂L/∂h<sub>t</sub>‖ of one update"
    return f"‖∂L/∂h<sub>t</sub>‖ at update {int(main.record.state_steps[row]):,}"


def predictions(main) -> None:
    """What the network says of validation sequences."""
    run = controls.looked_at()
    p = run.predict() if run.steps else None
    title, caption = "What it predicts now", words.predictions_caption(p)
    if p is None:
        st.markdown(f"**{title}**")
        st.caption("Nothing yet.")
    elif p.problem.loss == "squared_error":
        live.chart(
            train_figures.scatter(p),
            key="scatter",
            height=STATES_HEIGHT,
            title="Predicted against true, validation sequences",
            caption=caption,
            alt=caption,
        )
    else:
        st.markdown(f"**{title}** · {caption}")
        st.html(train_tables.predictions(p, controls.written(run)))


def comparisons(row) -> None:
    """One click each: two runs from one seed, drawn together as they train."""
    if len(controls.runs()) > 1:
        row.button("End the comparison", icon=":material/close:", key="run_alone",
                   on_click=controls.alone)  # fmt: skip
        return
    row.button("With and without clipping", key="versus_clip",
               on_click=controls.with_and_without_clipping,
               help="Start again, and beside it the same run without clipping.")  # fmt: skip
    low, high = controls.plan().config.task_used.lengths
    row.button("Short against long", key="versus_length", disabled=low == high,
               on_click=controls.short_against_long,
               help="Start again, and beside it the same run on sequences of a quarter of the "
               "length.")  # fmt: skip


def kept_runs() -> None:
    """What is on the charts to compare with."""
    kept = training.kept()
    if not kept:
        return
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="kept")
    row.markdown("Kept:", width="content")
    for one in kept:
        row.button(one.title, icon=":material/close:", key=f"remove_{one.number}",
                   help="Remove this run from the charts", on_click=training.remove_kept,
                   args=(one.number,))  # fmt: skip


def take_away() -> None:
    """What was recorded, and the run as a program."""
    st.subheader("Take it away")
    run = controls.looked_at()
    row = blocks.downloads(
        "training",
        lambda: train_export.history_csv(run.started_with, run.read()),
        lambda: train_export.script(run.started_with, run.read()),
        data="History as CSV",
        program="Run as PyTorch script",
    )
    row.download_button(
        "History as JSON",
        lambda: train_export.history_json(run.started_with, run.read()),
        file_name="training.json",
        mime="application/json",
        icon=":material/data_object:",
        on_click="ignore",
    )


frame.enter()
training.enter()
controls.start_session()
controls.sync()
st.html(STYLE)
st.html(train_tables.STYLE)
with st.container():
    blocks.link_notes()
link = scenes()
picture, beside = st.columns([3.3, 1], gap="medium")
with beside:
    places = settings()
active = any(run.active for run in controls.runs())
st.session_state["training_states"] = states()
st.session_state["training_drawn_from"] = drawn_from()
with picture:
    reading = st.container(gap="xsmall", key="stage")
    transport()
    # Containers whether or not there is anything in them: what follows must keep its place, or
    # the browser would make the charts anew.
    with st.container(gap="xsmall"):
        waiting()
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="progress")
    with row:
        progress = st.container(width="stretch")
    comparisons(row)
    with st.container():
        kept_runs()
    with st.container(key="stage_run"):
        left, right = st.columns(2, gap="medium")
    with st.container():
        look()
    with st.container(key="stage_map"):
        matrix, curve = st.columns([1.5, 1], gap="medium")
    with matrix:
        table, scrubber = st.container(), st.container()
    spectra, says = st.columns(2, gap="medium")
live.fragment(fast, FAST if active else None)(left, right)
live.fragment(slow, SLOW if active else None)(
    reading, progress, table, scrubber, curve, spectra, says
)
live.fragment(sliders)(places, link)
take_away()

"""What follows a run on screen: charts, numbers, the doctor's reading."""

import html
import time

import streamlit as st

from rnn_core.doctor import doctor
from ui import background, live
from ui.frame import blocks
from ui.look.typeset import indices, typeset
from ui.training import controls, export, figures, plan, tables, words
from ui.training import runs as training_runs
from ui.training.transport import acted

CHART_HEIGHT = 250

STATES_HEIGHT = 260

FAST, SLOW = 0.5, 0.8  # seconds between two looks at a run; its charts are pumped in between

DIAGNOSED = 1.0  # seconds a diagnosis stays, or its buttons would move under the pointer

NO_ADVICE = ("What is recorded will be read here, with what to change.", "Nothing to change now.")


def drawn_from() -> tuple:
    """What the page outside the sliders' fragment shows of the settings."""
    asked = plan.plan()
    return (asked.config, asked.error, tuple(training_runs.waiting_changes()))


def states() -> tuple:
    """Of the runs there are: a change of it concerns the whole page."""
    return (*(run.state for run in training_runs.runs()), len(background.kept()))


def changed_state() -> bool:
    return st.session_state.get("training_states") != states()


def fast(left, right) -> None:
    """What follows the run: its loss and its gradient norms, pumped while the run goes on."""
    if changed_state():
        live.still()
        st.rerun()
    runs = training_runs.all_shown()
    loss_says = words.loss_caption(runs[0])
    norms_say = words.norms_caption(runs[0])
    loss_alt = f"Loss over the updates. {loss_says}"
    norms_alt = f"Norm of the gradient of all parameters. {norms_say}"
    common = {"height": CHART_HEIGHT, "pumped": True}
    loss = common | {"key": "loss", "title": "Loss"}
    norms = common | {"key": "norms", "title": "Gradient norm, before and after clipping"}
    with left:
        live.chart(figures.loss(runs), caption=loss_says, alt=loss_alt, **loss)
    with right:
        live.chart(figures.norms(runs), caption=norms_say, alt=norms_alt, **norms)
    if not any(run.active for run in training_runs.runs()):
        live.still()
        return
    fresh, draw_loss, draw_norms = (
        training_runs.refresher(),
        live.drawer(**loss),
        live.drawer(**norms),
    )

    def draw(n: int) -> list[bytes]:
        now = fresh()
        made = [draw_loss(figures.loss(now), loss_says, loss_alt)]
        if n % 3 == 0:
            made.append(draw_norms(figures.norms(now), norms_say, norms_alt))
        return made

    live.pump(draw)


def held(name: str, seconds: float, make):
    """What `make` gives; while the run goes on, a new one only after so many seconds."""
    now, run = time.monotonic(), training_runs.main()
    kept = st.session_state.setdefault("training_held", {})
    before = kept.get(name)
    # A change of state or settings shows at once.
    of = (run.state, run.config, plan.plan().rival, len(background.kept()), run.steps > 0)
    if before and run.active and before[0] == of and now - before[1] < seconds:
        return before[2]
    kept[name] = (of, now, make())
    return kept[name][2]


def progress_line() -> str:
    """State, bar and numbers."""
    run = training_runs.main()
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
    runs = training_runs.all_shown()
    with reading:
        read(runs[0])
    with progress:
        st.html(progress_line())
    main = runs[training_runs.looked_at_place()]
    others = [run for run in runs if run is not main]
    at = st.session_state.get("training_at")
    row = words.row_of(main.record, at)
    with matrix:
        live.chart(
            figures.states(main, others, at),
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
            figures.curve(main, at),
            key="curve",
            height=STATES_HEIGHT,
            title=curve_title(main, row),
            caption=words.curve_caption(main.record, row),
            alt=words.curve_caption(main.record, row),
            step_axis="x",
        )
    with spectra:
        live.chart(
            figures.spectrum(main, others),
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
        row.button(
            item.label,
            key=f"advice_{n}",
            help=item.text,
            icon=":material/healing:",
            on_click=acted(controls.set_fields, item.changes),
        )
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
    if len(training_runs.runs()) < 2:
        return
    names = [run.name for run in training_runs.all_shown()[:2]]
    key = "choice_train_look"
    st.session_state[key] = training_runs.looked_at_place()
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
        maximum=max(figures.last_update(main.config.steps, last), 2),
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
    run = training_runs.looked_at()
    p = run.predict() if run.steps else None
    title, caption = "What it predicts now", words.predictions_caption(p)
    if p is None:
        st.markdown(f"**{title}**")
        st.caption("Nothing yet.")
    elif p.problem.loss == "squared_error":
        live.chart(
            figures.scatter(p),
            key="scatter",
            height=STATES_HEIGHT,
            title="Predicted against true, validation sequences",
            caption=caption,
            alt=caption,
        )
    else:
        st.markdown(f"**{title}** · {caption}")
        st.html(tables.predictions(p, training_runs.written(run)))


def take_away() -> None:
    """What was recorded, and the run as a program."""
    st.subheader("Take it away")
    run = training_runs.looked_at()
    row = blocks.downloads(
        "training",
        lambda: export.history_csv(run.started_with, run.read()),
        lambda: export.script(run.started_with, run.read()),
        data="History as CSV",
        program="Run as PyTorch script",
    )
    row.download_button(
        "History as JSON",
        lambda: export.history_json(run.started_with, run.read()),
        file_name="training.json",
        mime="application/json",
        icon=":material/data_object:",
        on_click="ignore",
    )

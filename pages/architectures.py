"""Architectures: same input, seed, loss and length. Which cell carries the gradient furthest?"""

import html
from dataclasses import replace
from itertools import cycle

import streamlit as st

from ui import live, run
from ui.architectures import export, figures, glossary, words
from ui.controls import network as controls
from ui.controls import share, views
from ui.frame import blocks, frame
from ui.look.typeset import indices, typeset

SETTINGS = ("cells", "seeds", "cell_sequences", "seed_bands", "whole_axis")
MAIN_HEIGHT = 256

STYLE = """
<style>
/* Like the verdict of the main page: its height never changes. */
.unroll-best { height: 6.875rem; overflow: hidden; }
.unroll-best h1 { font-size: 1.5rem; line-height: 1.2; margin: 0; padding: 0; }
.unroll-best p { margin: 0.15rem 0 0; font-size: 0.9rem; line-height: 1.35; }
.unroll-best .aside { opacity: 0.8; font-size: 0.8125rem; }
.unroll-best sub { line-height: 0; }
.unroll-cells { overflow-x: auto; }
.unroll-cells table { border-collapse: collapse; width: 100%; font-size: 0.8125rem;
  font-variant-numeric: tabular-nums; }
.unroll-cells th, .unroll-cells td { padding: 0.14rem 0.5rem; text-align: right;
  white-space: nowrap; border: 0; border-bottom: 1px solid rgba(128, 128, 128, 0.22); }
.unroll-cells thead th { font-weight: 500; opacity: 0.75; cursor: help; }
.unroll-cells tbody th { text-align: left; font-weight: 550; padding-left: 0; }
.unroll-cells thead th:first-child { text-align: left; padding-left: 0; cursor: default; }
.unroll-cells td.here { font-weight: 650; font-size: 0.875rem; }
.unroll-cells small { opacity: 0.7; font-weight: 400; font-size: 0.75rem; margin-left: 0.3rem; }
.unroll-cells i { display: inline-block; width: 0.95rem; height: 0; margin-right: 0.4rem;
  border-top: 3px solid; vertical-align: middle; }
.unroll-cells sub { line-height: 0; }
.st-key-view_cells [role="toolbar"] {
  flex-wrap: wrap; overflow: visible; mask: none; -webkit-mask: none; row-gap: 0.3rem;
}
.st-key-view_cells [role="toolbar"] button { min-height: 1.8rem; padding: 0.05rem 0.65rem; }
@media (max-width: 1150px) { .unroll-best { height: 9.125rem; } }
@media (max-width: 640px) {
  .unroll-best { height: 14.125rem; }
  .unroll-best h1 { font-size: 1.3rem; }
  .unroll-cells tbody th, .unroll-cells thead th:first-child {
    position: sticky; left: 0; background: var(--st-background-color, Canvas);
  }
  .unroll-cells small { display: none; }
}
@media (max-width: 360px) { .unroll-best { height: 17.5rem; } }
</style>
"""


def shared():
    """What every cell has in common: the network on screen, with this page's sequences."""
    config = replace(controls.network(), cell="vanilla", batch_size=views.get("cell_sequences"))
    return controls.fitted(config, views.get("cells"))


def compared():
    return run.comparison(shared(), views.get("cells"), views.get("seeds"))


def step_shown() -> int:
    """The step that the table reads: the selected one, or step 1, where all paths end."""
    return controls.selected_step() or 1


def drawn_from() -> tuple:
    """The state on screen; a step is selected within it."""
    return shared(), [views.get(name) for name in SETTINGS]


def settings():
    """The controls; returns the places of the live sliders."""
    places = {"link": st.container(), "first": st.container(gap="small", key="first_sliders")}
    views.several("cells")
    places["own"] = st.container(gap="small")
    with st.expander("More", icon=":material/tune:"):
        places["more"] = st.container(gap="small")
        controls.choice("activation", any_cell=True)
        controls.choice("init", any_cell=True)
        controls.choice("input")
        controls.choice("loss_at")
        controls.choice("loss_kind")
        controls.switch("scale_sets", off="gain", on="radius", label="exact spectral radius")
        controls.seed()
    views.flag("seed_bands")
    views.flag("whole_axis")
    return places


@live.fragment
def live_part(places, picture):
    """What follows the pointer: sentences, chart and table first, then the sliders."""
    live.set_stamp(*drawn_from())
    comparison = compared()
    T, step = comparison.config.seq_len, step_shown()
    with picture:
        st.html(STYLE + says(comparison))
        live.chart(
            figures.norms(comparison, bands=views.get("seed_bands"), whole=views.get("whole_axis")),
            key="architectures",
            height=MAIN_HEIGHT,
            title="Gradient norm ‖∂L/∂s<sub>t</sub>‖ at each step, one experiment, many cells",
            caption=indices(caption(comparison)),
            alt=words.summary(comparison),
            lead=True,
            step_axis="x",
            selected=controls.selected_step(),
            on_select=controls.select_step,
        )
        live.slider(
            "read at step",
            key="read_step",
            value=step,
            minimum=1,
            maximum=T,
            step=1,
            unit="",
            digits=0,
            help="The shared cursor: the table gives every cell's gradient at this step.",
            on_move=lambda value: controls.select_step(round(value)),
        )
        st.html(table(comparison, step))
    with places["first"]:
        controls.slider("gain")
        controls.slider("seq_len")
    with places["own"]:
        for name in dict.fromkeys(s.name for c in comparison.cells for s in c.about.settings):
            controls.slider(name)
        views.slider("seeds")
    with places["more"]:
        controls.slider("hidden_size")
        controls.slider("input_scale")
        views.slider("cell_sequences")
        blocks.sequences_left_out(comparison.config, views.get("cell_sequences"), comparison.names)
    with places["link"]:
        network = controls.query(controls.asked(), controls.selected_step())
        share.link(f"{network}&{views.query(SETTINGS)}")


def says(comparison) -> str:
    """Which cell carries the gradient furthest, in a box whose height never changes."""
    remarks = words.remarks(comparison)
    lines = (
        ("", words.headline(comparison)),
        ("aside", remarks or words.attention(comparison)),
    )
    said = "".join(f'<p class="{kind}">{typeset(text)}</p>' for kind, text in lines if text)
    title = typeset(words.title(comparison))
    return f'<section class="unroll-best" aria-live="polite"><h1>{title}</h1>{said}</section>'


def caption(comparison) -> str:
    """What the chart shows; and what attention does, where remarks have taken its place above."""
    said = words.caption(comparison)
    if words.remarks(comparison):
        said += " " + words.attention(comparison)
    return said


def table(comparison, step: int) -> str:
    """Every cell at one step, and what it costs."""
    T = comparison.config.seq_len
    head = "".join(
        f'<th scope="col" title="{html.escape(tip)}">{typeset(name)}</th>'
        for name, tip in words.columns(step, T)
    )
    rows = "".join(_row(cell, step) for cell in comparison.cells)
    return (
        f'<div class="unroll-cells" data-step="{step}" tabindex="0" role="region" '
        f'aria-label="Every cell at step {step}"><table><thead><tr><th scope="col">cell</th>{head}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(cell, step: int) -> str:
    own = words.setting(cell)
    border = {"": "solid", "dot": "dotted"}.get(cell.about.dash, "dashed")
    cells = "".join(
        f"<td{' class=here' if n == 0 else ''}>{typeset(value)}</td>"
        for n, value in enumerate(words.row(cell, step))
    )
    return (
        f'<tr data-cell="{cell.cell}"><th scope="row">'
        f'<i style="border-color:{cell.about.colour};border-top-style:{border}"></i>'
        f"{typeset(cell.about.label)}"
        + (f"<small>{typeset(own)}</small>" if own else "")
        + f"</th>{cells}</tr>"
    )


@live.fragment
def details():
    """What may follow a moment later: the LSTM's two paths, the gates, and the files."""
    live.set_stamp(*drawn_from())
    live.follows("details")
    comparison = compared()
    gated = [c for c in comparison.cells if c.about.kept]
    of_two_paths = [c for c in comparison.cells if c.about.direct_path]
    if not gated:
        st.caption(
            "Choose the LSTM to see its two paths drawn apart, and the LSTM or the GRU to see "
            "what their gates do."
        )
    left, right = st.columns(2, gap="medium")
    for one in of_two_paths:
        found = run.paths_of(one.cell, shared(), comparison.seeds)
        with left:
            blocks.explain(
                "paths" if one is of_two_paths[0] else f"paths_{one.cell}",
                figures.paths(found),
                words.paths_title(one.cell),
                words.paths(found),
                step_axis="x",
            )
    for place, one in zip(cycle((right, left) if of_two_paths else (left, right)), gated[::-1]):
        with place:
            flow = run.gradient_flow(one.config)
            blocks.explain(
                f"gates_{one.cell}",
                figures.gates(flow),
                words.gates_title(one.cell),
                words.gates(flow),
                step_axis="x",
                more=words.jobs(one.cell),
            )
    take_away(comparison)


def take_away(comparison) -> None:
    """Every curve, and the experiment."""
    st.subheader("Take it away")
    blocks.downloads(
        "architectures",
        lambda: export.csv(comparison),
        lambda: export.script(comparison.config, comparison.names, export.seeds_of(comparison)),
    )


frame.enter()
blocks.link_notes()
picture, beside = st.columns([3.3, 1], gap="medium")
with beside:
    places = settings()
with picture:
    seen = st.container(gap="xsmall", key="stage")
live_part(places, seen)
details()

with st.expander("Words, formulas and sources", icon=":material/menu_book:"):
    st.markdown(f"{words.formulas()}\n\n{glossary.WORDS}")

"""Clipping: what does it do to a gradient, and what not? And what does a shorter way back cost?"""

import html
import math

import streamlit as st

from ui import live, run
from ui.clipping import experiment, export, figures, glossary, network_words, words
from ui.clipping.scenes import CLIFF_SCENES
from ui.controls import network as controls
from ui.controls import scene_row, share, views
from ui.frame import blocks, frame
from ui.look.typeset import typeset
from ui.settings import pages

PICTURE_HEIGHT = 364
VECTORS_HEIGHT = 330
CHART_HEIGHT = 300
DECADES = (-5, 2)  # of thresholds drawn, around the length of the gradient …
MORE = 12  # … and so many more, if the threshold that is set lies there


def scenes():
    """One click each; what to look at stands under them. Returns the place of the link."""
    return scene_row.of_views(
        "cliff",
        CLIFF_SCENES,
        "One sigmoid unit, two weights: the loss over them has a wall. Gradient descent from one "
        "start, with and without clipping. Play it, or click the map for another start.",
        apart_from="cliff_at",
    )


@live.fragment
def live_part(places):
    """What follows the pointer: everything with a slider, since they share one clock."""
    # All that the page is drawn from, but for the update shown.
    state = [views.get(name) for name in experiment.LINKED if name != "cliff_at"]
    live.set_stamp(state, controls.network())
    the_cliff(places)
    vectors(places)
    real_network(places)
    truncated(places)
    with places["link"]:
        network = controls.query(controls.asked())
        share.link(f"{network}&{views.query(experiment.LINKED, changed_only=True)}".rstrip("&"))


# -- the cliff


def the_cliff(places) -> None:
    paths, surface = experiment.descents(), experiment.surface()
    said = words.summary(paths, surface.steps, surface.target)
    with places["picture"]:
        st.html(verdict(paths, surface.steps))
        live.cliff(
            figures.paths(paths, said, int(pages.VIEWS["cliff_at"].high)),
            figures.terrain(surface, log=views.get("cliff_log")),
            key="cliff",
            height=PICTURE_HEIGHT,
            at=views.get("cliff_at"),
            on_step=lambda update: views.put(cliff_at=update),
            on_start=start_at,
        )
    with places["first"]:
        for name in ("cliff_threshold", "cliff_rate"):
            views.slider(name)
    with places["more"]:
        for name in ("cliff_steps", "cliff_w", "cliff_b", "cliff_target", "cliff_updates"):
            views.slider(name)


def start_at(w: float, b: float) -> None:
    """A click on the map, brought to the sliders' range."""
    limits = pages.VIEWS["cliff_w"], pages.VIEWS["cliff_b"]
    w, b = (min(max(v, n.low), n.high) for v, n in zip((w, b), limits, strict=True))
    views.put(cliff_w=w, cliff_b=b, cliff_at=int(pages.VIEWS["cliff_at"].high))


def verdict(paths, steps: int) -> str:
    """What became of the descents, in a box whose height never changes."""
    facts = "".join(
        f'<div title="{html.escape(tip)}"><dt>{typeset(name)}</dt><dd>{typeset(value)}</dd></div>'
        for name, value, tip in words.facts(paths)
    )
    return (
        '<section class="unroll-verdict" aria-live="polite"><div class="line">'
        f"<h1>{typeset(words.title(paths))}</h1><dl>{facts}</dl></div>"
        f"<p>{typeset(words.headline(paths))}</p>"
        f'<p class="why">{typeset(words.aside(paths, steps))}</p></section>'
    )


# -- two vectors


def vectors(places) -> None:
    g, limit = experiment.vector()
    ways = experiment.both_ways(g, limit)
    with places["vector_sliders"]:
        if views.get("vector_of") == "own":
            for name in ("vector_length", "vector_angle", "vector_limit"):
                views.slider(name)
        else:
            st.caption(
                f"Update {experiment.update_shown()} of the descent clipped by norm, with "
                f"the threshold {words.exact(limit)} of the cliff."
            )
    with places["vectors"]:
        caption = words.vectors(ways, limit)
        live.chart(
            figures.vectors(ways, limit),
            key="vectors",
            height=VECTORS_HEIGHT,
            title="One gradient, clipped both ways",
            caption=typeset(caption),
            alt=caption,
        )
    with places["vector_table"]:
        head = ("", "length", "angle", "cosine with the raw one")
        st.html(table(head, words.vector_rows(ways)))


def table(head, rows) -> str:
    """A small table whose first column names the rows."""
    top = "".join(f'<th scope="col">{typeset(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{typeset(name)}</th>'
        + "".join(f"<td>{typeset(value)}</td>" for value in row)
        + "</tr>"
        for name, *row in rows
    )
    return (
        f'<div class="unroll-table"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


# -- a real network


def real_network(places) -> None:
    config, limit = controls.network(), views.get("clip_threshold")
    with places["network"]:
        for name in ("gain", "seq_len"):
            controls.slider(name)
        views.slider("clip_threshold")
        blocks.sequences_left_out(config, controls.values()["batch_size"])
    found = run.clipped_by_norm(config, limit)
    if found is None:
        with places["thresholds"]:
            st.info(network_words.no_gradient(run.gradient_flow(config)))
        return
    flow, center = run.gradient_flow(config), found.log10_before
    with places["thresholds"]:
        if math.isfinite(center):
            low, high = (round(center) + d for d in DECADES)
            near = math.log10(limit)
            if low - MORE <= near <= high + MORE:
                low, high = min(low, math.floor(near)), max(high, math.ceil(near))
            at = run.by_threshold(config, near, near, 1)
            caption = network_words.thresholds(found, at)
            live.chart(
                figures.thresholds(run.by_threshold(config, low, high, 101), center, limit),
                key="thresholds",
                height=CHART_HEIGHT,
                title="Length and direction",
                caption=typeset(caption),
                alt=caption,
            )
        else:
            st.info(network_words.thresholds(found, None))
    with places["shares"]:
        caption = network_words.shares(found, flow)
        live.chart(
            figures.shares(found),
            key="clip_shares",
            height=CHART_HEIGHT,
            title="Each step’s share",
            caption=typeset(caption),
            alt=caption,
        )
    with places["changes"]:
        head = ("", "before", "after clipping")
        st.html(table(head, network_words.what_changed(found, flow)))


# -- truncation


def truncated(places) -> None:
    config, k = controls.network(), views.get("clip_window")
    with places["window"]:
        views.slider("clip_window")
    found = run.truncated(config)
    if found is None or not found.finite or found.log10_norm == -math.inf:
        with places["truncated"]:
            st.info(
                network_words.too_large(config)
                if found is None
                else network_words.truncated(found, k, config.seq_len)
            )
    else:
        of = network_words.recurrent(config)
        with places["truncated"]:
            caption = network_words.truncated(found, k, config.seq_len)
            live.chart(
                figures.truncated(found, k, config.seq_len, typeset(of)),
                key="truncated",
                height=CHART_HEIGHT,
                title=network_words.truncation_title(),
                caption=typeset(caption),
                alt=caption,
            )
        with places["window_table"]:
            st.html(
                table(("", "cosine", "length ratio"), network_words.truncation_rows(found, k, of))
            )
    with places["files"]:
        take_away(found, config)


def take_away(found, config) -> None:
    """The descents, the experiment, and the windows."""
    st.subheader("Take it away")
    paths, settings = experiment.descents(), experiment.settings()
    row = blocks.downloads(
        "clipping",
        lambda: export.descents_csv(paths, settings),
        lambda: export.script(paths, settings),
        data="Descents as CSV",
        program="Descents as Python",
    )
    row.download_button(
        "Descents as JSON",
        lambda: export.descents_json(paths, settings),
        file_name="clipping.json",
        mime="application/json",
        icon=":material/data_object:",
        on_click="ignore",
    )
    if found is not None and found.finite:
        row.download_button(
            "Windows as CSV",
            lambda: export.windows_csv(found, config),
            file_name="truncation.csv",
            mime="text/csv",
            icon=":material/table:",
            on_click="ignore",
        )


frame.enter()
frame.style("clipping")
blocks.link_notes()
places = {"link": scenes()}
with st.container(key="clipping"):
    picture, beside = st.columns([3.6, 1], gap="medium")
with picture:
    places["picture"] = st.container(gap="xsmall", key="stage")
with beside:
    places["first"] = st.container(gap="small", key="first_sliders")
    places["more"] = st.container(gap="small")
    views.flag("cliff_value")
    views.flag("cliff_log")

st.subheader("By norm or by value: what becomes of a gradient")
left, middle, right = st.columns([1, 1.4, 1.2], gap="medium")
with left:
    views.choice("vector_of")
    places["vector_sliders"] = st.container(gap="small")
places["vectors"] = middle.container()
with right:
    st.caption(
        "By norm, a gradient outside the circle is pulled back along its own line. By value, each "
        "entry is cut off at the square, and the direction turns."
    )
    places["vector_table"] = st.container()

st.subheader("The same in a real network, and what clipping does not do")
left, right = st.columns([1, 2.9], gap="medium")
with left:
    controls.choice("cell")
    places["network"] = st.container(gap="small")
    controls.switch("loss_at", off="last", on="every", label="a loss at every step")
    places["changes"] = st.container()
with right:
    one, two = st.columns(2, gap="medium")
    places["thresholds"], places["shares"] = one.container(), two.container()

st.subheader("Truncated against full backpropagation through time")
left, right = st.columns([1, 2.9], gap="medium")
with left:
    st.caption("The same network: its state is carried on, its gradient cut every k steps.")
    places["window"] = st.container(gap="small")
    places["window_table"] = st.container()
places["truncated"] = right.container()
places["files"] = st.container()
live_part(places)

with st.expander("Words, formulas and sources", icon=":material/menu_book:"):
    st.markdown(glossary.GLOSSARY)

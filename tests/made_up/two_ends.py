"""Two ends: how much of the gradient at the loss is left at the first step?"""

import math

import streamlit as st

from ui import live, run
from ui.controls import network, share
from ui.frame import blocks, frame, places
from ui.look import colours, norms, plot
from ui.look.typeset import indices

HEIGHT = 300


def figure(flow) -> dict:
    """The median norm of the gradient at each step."""
    steps, curve = list(range(1, flow.config.seq_len + 1)), flow.spread.median
    line = norms.norm_line(steps, curve, "median", colours.LINE, 3.0)
    return plot.over_steps(
        [line],
        flow.config.seq_len,
        y_title=f"‖∂L/∂{norms.state_letter(flow)}<sub>t</sub>‖",
        columns={"y": "log10_norm"},
        yaxis=norms.norm_axis(curve),
    )


def says(flow) -> str:
    if not all(map(math.isfinite, flow.spread.median)):
        return "Somewhere on the way the gradient is exactly 0, or too large to be a number."
    return f"The gradient is {flow.verdict} between its two ends."


@live.fragment
def live_part(link, first, picture):
    config = network.network()
    live.set_stamp(config)
    flow = run.gradient_flow(config)
    with picture:
        said = says(flow)
        st.html(f'<section class="unroll-verdict"><h1>Two ends</h1><p>{said}</p></section>')
        live.chart(
            figure(flow),
            key="two_ends",
            height=HEIGHT,
            title=indices("Gradient norm at each step"),
            caption=said,
            alt=said,
        )
    with first:
        network.slider("gain")
    with link:
        share.link(network.query(network.asked()))


frame.enter()
blocks.link_notes()
place = places.lay(scenes=False)
with place.picture:
    seen = st.container(gap="xsmall", key="stage")
live_part(place.above, place.sliders, seen)

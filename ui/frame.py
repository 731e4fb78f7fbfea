"""The frame around every page: spacing, and the few rules of style that Streamlit has no option for."""

from __future__ import annotations

import streamlit as st

ABOUT = (
    "**Unroll** shows how gradients flow through unrolled recurrent networks. "
    "Every curve is computed from a real network at the settings on screen."
)

_CSS = """
<style>
/* The whole experiment fits a projector: little air above, none wasted between. */
.stMainBlockContainer { padding: 3.4rem 1.5rem 3rem; max-width: 1500px; }
.stMainBlockContainer > .stVerticalBlock, .stMainBlockContainer .stColumn > .stVerticalBlock { gap: 0.5rem; }
header.stAppHeader { height: 3.1rem; min-height: 3.1rem; }
/* A rerun takes milliseconds: greying out what is about to be replaced would only flicker. */
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
/* Verdict */
.unroll-verdict { min-height: 92px; }
.unroll-verdict .line { display: flex; gap: 0.6rem 1.6rem; align-items: baseline; flex-wrap: wrap; }
.unroll-verdict h1 { font-size: 1.9rem; line-height: 1.15; margin: 0; padding: 0; font-weight: 700; }
.unroll-verdict dl { display: flex; gap: 0.3rem 1.5rem; margin: 0; flex-wrap: wrap; }
.unroll-verdict dl > div { display: flex; flex-direction: column-reverse; }
.unroll-verdict dt { font-size: 0.75rem; opacity: 0.7; }
.unroll-verdict dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.unroll-verdict p { margin: 0.15rem 0 0; font-size: 0.95rem; line-height: 1.4; }
.unroll-verdict .why { opacity: 0.75; font-size: 0.875rem; }
.unroll-verdict .event { color: #d7301f; font-size: 0.875rem; font-weight: 600; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.2rem 0.75rem 3rem; }
  .unroll-verdict h1 { font-size: 1.5rem; }
  .unroll-verdict dd { font-size: 1rem; }
}
</style>
"""


def install() -> None:
    """Put the frame's style on the page."""
    st.html(_CSS)

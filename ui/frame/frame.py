"""The frame around every page: title, logo, and the rules of style Streamlit has no option for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.frame import errors
from ui.internals import runs
from ui.server import waiting

_STATIC = Path(__file__).resolve().parents[2] / "static"

ABOUT = (
    "**Unroll** shows how gradients flow through unrolled recurrent networks. "
    "Every curve is computed from a real network at the settings on screen."
)

_CSS = """
<style>
/* The whole experiment fits a projector: little air above, none wasted between. */
.stMainBlockContainer { padding: 3.4rem 1.5rem 3rem; max-width: 1500px; }
.stMainBlockContainer > .stVerticalBlock,
.stMainBlockContainer .stColumn > .stVerticalBlock { gap: 0.5rem; }
header.stAppHeader { height: 3.1rem; min-height: 3.1rem; }
/* A rerun takes milliseconds: greying out what is about to be replaced would only flicker. */
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
/* Nothing to be seen, and no gap above it. */
.st-key-live_again, [class*="st-key-live_follow_"] {
  position: absolute; width: 0 !important; overflow: hidden;
}
/* Whoever waits for a turn is told over the page, wherever the reader has scrolled to. */
:has(> .st-key-in_line) { position: absolute; }
.st-key-in_line { position: fixed; top: 3.4rem; left: 50%; transform: translateX(-50%);
  width: auto !important; min-width: min(34rem, 92vw); z-index: 95; pointer-events: none; }
.st-key-in_line p { margin: 0; padding: 0.45rem 0.9rem; border-radius: 0.5rem; font-size: 0.875rem;
  background: var(--st-secondary-background-color, Canvas); color: var(--st-text-color, CanvasText);
  border: 1px solid rgba(128, 128, 128, 0.35); box-shadow: 0 2px 10px rgba(0, 0, 0, 0.15); }
/* Pills wrap instead of scrolling out of sight. */
[data-testid="stButtonGroup"] [role="group"],
[data-testid="stButtonGroup"] > div { flex-wrap: wrap; }
.st-key-scenes button { min-height: 2.1rem; padding: 0.15rem 0.7rem; }
/* Verdict: its height never changes, so that nothing below jumps while a slider moves. */
.unroll-verdict { height: 7.25rem; overflow: hidden; }
.unroll-verdict sub, .unroll-verdict sup { line-height: 0; }
.unroll-verdict .line { display: flex; gap: 0.6rem 1.6rem; align-items: baseline; flex-wrap: wrap; }
.unroll-verdict h1 { font-size: 1.9rem; line-height: 1.15; margin: 0; padding: 0; }
.unroll-verdict dl { display: flex; gap: 0.3rem 1.5rem; margin: 0; padding: 0; flex-wrap: wrap; }
.unroll-verdict dl > div { display: flex; flex-direction: column-reverse; }
.unroll-verdict dt { font-size: 0.75rem; opacity: 0.7; }
.unroll-verdict dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
.unroll-verdict p { margin: 0.15rem 0 0; font-size: 0.95rem; line-height: 1.4; }
.unroll-verdict .why { opacity: 0.75; font-size: 0.875rem; }
.unroll-verdict .event { color: #d7301f; font-size: 0.875rem; font-weight: 600; }
/* Room for three remedies, so that the charts under them stay where they are. */
.st-key-remedies { min-height: 11.5rem; }
@media (max-width: 1150px) { .unroll-verdict { height: 10.125rem; } }
@media (max-width: 640px) {
  .st-key-remedies { min-height: 13rem; }
  /* The sliders stay at the bottom of the screen, or one could not see what they move. */
  .stMainBlockContainer { padding: 3.2rem 0.75rem 8rem; }
  .st-key-first_sliders {
    position: fixed; left: 0; right: 0; bottom: 0; z-index: 90; flex-direction: row !important;
    gap: 1.25rem !important; padding: 0.4rem 1rem 0.6rem; width: 100% !important;
    background: var(--st-background-color, Canvas); border-top: 1px solid rgba(128, 128, 128, 0.3);
  }
  .st-key-first_sliders > * { flex: 1 1 0 !important; min-width: 0; }
  .st-key-scenes { flex-wrap: nowrap !important; overflow-x: auto; scrollbar-width: none; }
  .st-key-scenes > * { flex: 0 0 auto !important; width: auto !important; }
  .unroll-verdict { height: 14.75rem; }
  .unroll-verdict h1 { font-size: 1.5rem; }
  .unroll-verdict dd { font-size: 1rem; }
}
@media (max-width: 360px) { .unroll-verdict { height: 18.75rem; } }
</style>
"""


def enter() -> None:
    """The first line of every page: make sure that it stands inside app.py's frame.

    Links to pages that are the first requests after a start, one or a whole class, would run those
    pages' files alone, without title, style and navigation; then this starts the run again, in the
    frame.
    """
    if runs.outside_the_frame():
        runs.forget_the_old_kind_of_pages()
        st.rerun()


def install() -> None:
    """Title, icon, logo and style; the first thing app.py does on every run."""
    errors.watch()
    runs.mark_framed()
    st.set_page_config(
        page_title="Unroll",
        page_icon=str(_STATIC / "icon.svg"),
        layout="wide",
        # Without an item of ours Streamlit hides the menu, and the choice of theme with it.
        menu_items={"About": ABOUT},
    )
    st.logo(str(_STATIC / "logo.svg"), size="medium")
    st.html(_CSS)
    from ui.live.again import again  # here: it imports NumPy, for which app.py prepares first

    again()
    waiting.install()

"""Unroll: how gradients flow through unrolled recurrent networks. Frame, navigation, page."""

import streamlit as st

from ui.frame import frame
from ui.pages import PAGES
from ui.server import boot

boot.prepare()  # before a page imports NumPy
frame.install()
page = st.navigation(
    [st.Page(page.script, title=page.title, default=page.first) for page in PAGES], position="top"
)
page.run()
boot.settle()

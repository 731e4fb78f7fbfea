"""Unroll: how gradients flow through unrolled recurrent networks. Pages, frame and theme."""

import streamlit as st

from ui import boot, frame

st.set_page_config(
    page_title="Unroll",
    page_icon=":material/water:",
    layout="wide",
    menu_items={"About": frame.ABOUT},
)
frame.install()
page = st.navigation(
    [
        st.Page(
            "pages/gradient_flow.py",
            title="Gradient flow",
            icon=":material/water:",
            default=True,
        ),
    ],
    position="top",
)
page.run()
boot.settle()

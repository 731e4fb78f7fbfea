"""Unroll: how gradients flow through unrolled recurrent networks. Page order, frame and theme."""

import streamlit as st

from ui.frame import frame
from ui.server import boot

boot.prepare()  # before a page imports NumPy
frame.install()
page = st.navigation(
    [
        st.Page("pages/gradient_flow.py", title="Gradient flow", default=True),
        st.Page("pages/training.py", title="Training"),
        st.Page("pages/one_neuron.py", title="One neuron, by hand"),
        st.Page("pages/initialisation.py", title="Initialisation and activation"),
        st.Page("pages/architectures.py", title="Architectures"),
        st.Page("pages/clipping.py", title="Clipping"),
    ],
    position="top",
)
page.run()
boot.settle()

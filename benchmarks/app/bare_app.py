"""What the page is measured against: a stock Streamlit app of one slider and one Plotly chart."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

power = st.slider("power", 0, 100, 30)
x = np.linspace(0, 1, 200)
figure = go.Figure(
    [go.Scatter(x=x, y=np.exp(-3 * k * x ** (power / 25)), name=f"k = {k}") for k in (1, 2, 3)]
)
figure.update_yaxes(type="log")
figure.update_layout(height=420)
st.plotly_chart(figure)

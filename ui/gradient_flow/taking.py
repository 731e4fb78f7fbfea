"""What there is to take away, and to doubt: the curve, the experiment, the check by PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from ui import export, run
from ui.controls.wording import say
from ui.frame import blocks
from ui.gradient_flow import check_words


def take_away(config: RNNConfig, flow: GradientFlow, script: Callable[[], str]) -> None:
    """Two files and a check; `script` writes the experiment as a program."""
    st.header("Take it away, or doubt it")
    row = blocks.downloads("gradient_flow", lambda: export.csv(flow), script, data="Curve as CSV")
    if row.button("Check against PyTorch", icon=":material/verified:", key="check"):
        with st.spinner("The same network by PyTorch autograd …"):
            try:
                said = check_words.comparison(run.check_against_pytorch(config))
            except run.MissingTorch as missing:
                said = str(missing)
        st.session_state["check_result"] = config, said
    checked, said = st.session_state.get("check_result", (None, ""))
    if checked == config:
        st.info(say(said), icon=":material/verified:")

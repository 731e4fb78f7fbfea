"""What the doctor sees in a recording."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from rnn_core.numbers.said import everyday_numbers
from rnn_core.recording.findings import Finding
from ui.controls.wording import say
from ui.look.typeset import typeset
from ui.your_model.looking import Looked

MOST_FINDINGS = 12  # on the page; the report has all


def doctor(seen: Looked) -> None:
    """What is wrong, each with its evidence and what to change as code."""
    st.header("What the doctor sees")
    found = seen.opened.findings()
    if not found:
        st.caption("Nothing is wrong that these records show.")
    for _, alike in groupby(found[:MOST_FINDINGS], lambda finding: finding.remedies):
        _findings(list(alike))
    if len(found) > MOST_FINDINGS:
        st.caption(f"{len(found) - MOST_FINDINGS} more stand in the report.")


def _findings(alike: list[Finding]) -> None:
    """Those that the same change would mend."""
    with st.container(border=True, gap="small"):
        for finding in alike:
            said = "".join(f"<p>{_html(text)}</p>" for text in finding.evidence)
            st.html(f'<div class="unroll-finding"><h3>{_html(finding.title)}</h3>{said}</div>')
        for remedy in alike[0].remedies:
            st.html(f'<p class="unroll-try">{_html(remedy.text)}</p>')
            st.code(remedy.code, language=None)


def _html(text: str) -> str:
    return typeset(say(everyday_numbers(text)))

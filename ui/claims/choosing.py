"""Which claim, and what the reader says of it before it runs."""

from __future__ import annotations

import streamlit as st

from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS
from ui.claims import experiment, words
from ui.controls import store, widgets
from ui.controls.views import view
from ui.settings.claims import CLAIM, CONTROLS, NOTHING, PREDICTED, SHOWN

_PREDICTIONS = "claims_predicted"  # in the session, by claim


def predictions() -> dict[str, str]:
    """What the reader has said of each claim, the one on screen included."""
    held = st.session_state.setdefault(_PREDICTIONS, {})
    if experiment.predicted() != NOTHING:
        held[experiment.name()] = experiment.predicted()
    return held


def go_to(name: str) -> None:
    """Bring a claim on screen; for callbacks."""
    told = predictions().get(name, NOTHING)
    store.put(**{CLAIM.key: name, PREDICTED.key: told})


def which() -> None:
    """A box with all of them."""
    shown, more = view("choice_claim", experiment.name, go_to)
    names = list(CLAIMS)
    st.selectbox(
        CLAIM.label,
        names,
        index=names.index(shown),
        format_func=lambda name: f"{names.index(name) + 1} · {CLAIMS[name].label}",
        **more,
    )


def controls() -> None:
    """The sliders of the experiment."""
    for one in CONTROLS[experiment.name()].values():
        widgets.slider(one)


def prediction() -> None:
    """Three answers, or none of them; then the next claim."""
    row = st.container(horizontal=True, gap="small", key="claim_answers")
    told = experiment.predicted()
    if told == NOTHING:
        for answer, label in (ANSWERS | {SHOWN: "Just show me"}).items():
            row.button(
                label,
                key=f"predict_{answer}",
                type="tertiary" if answer == SHOWN else "secondary",
                on_click=store.put,
                kwargs={PREDICTED.key: answer},
            )
        return
    names = list(CLAIMS)
    following = names[(names.index(experiment.name()) + 1) % len(names)]
    row.button(
        f"Next: {CLAIMS[following].label}",
        key="next_claim",
        icon=":material/arrow_forward:",
        on_click=go_to,
        args=(following,),
    )


def listing() -> None:
    """All claims with what was said of them."""
    with st.expander(words.score(predictions()), icon=":material/checklist:", key="all_claims"):
        for name in CLAIMS:
            told = predictions().get(name, NOTHING)
            st.button(
                words.entry(name, told, here=name == experiment.name()),
                key=f"go_to_{name}",
                type="tertiary",
                on_click=go_to,
                args=(name,),
            )

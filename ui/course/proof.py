"""The completion code: made from the receipts that a browser hands in, checked for a teacher."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.export import harmless
from ui.lessons import checking, signing

_MADE = "course_code"  # in the session
_MOST = 200  # receipts that are looked at


def made() -> dict[str, Any] | None:
    """What came of the last question: a code, or why there is none."""
    return st.session_state.get(_MADE)


def ask(said: dict[str, Any] | None) -> None:
    """The browser asks for a code, for a name and with its receipts; it may say anything."""
    st.session_state[_MADE] = None if said is None else _answer(said)


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    name, handed = said.get("name"), said.get("receipts")
    if not isinstance(name, str) or not isinstance(handed, list):
        return {"trouble": "That was no question for a code."}
    good, bad = [], []
    for each in handed[:_MOST]:
        if not (
            isinstance(each, list) and len(each) == 2 and all(isinstance(x, str) for x in each)
        ):
            continue
        lesson, receipt = each
        try:
            good.append(signing.check_receipt(lesson[:80], receipt))
        except signing.Refused:
            bad.append(lesson[:80])
    try:
        code = signing.completion(name, good)
    except signing.Refused as refused:
        return {"trouble": _sentence(str(refused)), "stale": bad}
    return {"code": code, "name": signing.clean(name), "lessons": len(good), "stale": bad}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def trust() -> str:
    """With what codes are signed here, and how long they can be checked."""
    if signing.lasting():
        return (
            "Codes are signed with this host’s secret, and can be checked by whoever has it. "
            "They prove that a server computed these goals as met, not who sat in front of it."
        )
    return (
        "This server has no secret of its host’s (UNROLL_SECRET), so codes are signed with a key "
        "that it made when it started and keeps in memory only: they can be checked on this server "
        "until it stops, and nowhere else."
    )


def check() -> None:
    """A list of codes, one a line: who has met what."""
    st.caption(
        "Paste completion codes, one a line; a name may stand before a code, after a comma or a "
        f"tab. {trust()}"
    )
    text = st.text_area("Completion codes", height=160, key="course_codes", max_chars=200_000)
    if not text.strip():
        return
    rows = checking.check_lines(text)
    good = sum(row.found is not None for row in rows)
    st.markdown(f"**{good} of {len(rows)}** lines hold a valid code.")
    st.dataframe(
        [dict(zip(checking.COLUMNS, row.cells, strict=True)) for row in rows],
        hide_index=True,
    )
    st.download_button(
        "Table as CSV",
        lambda: harmless(checking.as_csv(rows)),
        file_name="unroll-course.csv",
        mime="text/csv",
        icon=":material/table:",
        on_click="ignore",
    )

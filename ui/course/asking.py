"""Interview questions: the answer, with its numbers computed, then the scene that shows it."""

from __future__ import annotations

from functools import cache
from html import escape
from urllib.parse import urlencode

import streamlit as st

from ui.answers.lessons import computes
from ui.lessons.lesson import Question, read_question
from ui.lessons.trying import settings_of
from ui.look.prose import inline, prose
from ui.settings import lessons
from ui.settings.every import SETTINGS

INTRODUCTION = (
    "As they are asked in interviews. Answer for yourself, then open one: the numbers in the "
    "answer are computed, and the link leads to where they come from."
)


def questions() -> list[Question]:
    """All of them, in their order."""
    return [read_question(path) for path in lessons.inside(lessons.QUESTIONS).values()]


def answer(question: Question) -> str:
    """The answer, with what its page computes at the question's settings, as HTML."""
    values = settings_of(question)
    # A run is not made for an answer: it tells what is known before the first update.
    compute = computes(question.page.name, run=False)
    return prose(question.answer.filled(compute(values, lambda readings: True)), root="./")


def link(question: Question) -> str:
    """To the page at the question's settings, from a page of ours."""
    pairs = {key: SETTINGS[key].write(value) for key, value in question.start.items()}
    return f"./{question.page.path}?{urlencode(pairs, safe=',')}"


@cache
def _page() -> str:
    parts = []
    for each in questions():
        to = f'<a href="{escape(link(each))}">See it on “{escape(each.page.title)}”</a>'
        parts.append(
            f"<details><summary>{inline(each.question)}</summary>{answer(each)}<p>{to}</p></details>"
        )
    return "".join(parts)


def show() -> None:
    """Every question, folded; made once, for everybody."""
    st.html(f'<div class="unroll-asked"><p>{INTRODUCTION}</p>{_page()}</div>')

"""Lessons beside their pages: where each begins, what meets it, and what is proved."""

import re
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from ui.answers import made, route
from ui.answers.lessons import computes
from ui.controls import store
from ui.lessons import trying
from ui.lessons.lesson import known
from ui.lessons.template import TEMPLATE
from ui.pages import PAGES
from ui.server.version import version
from ui.settings import lessons
from ui.settings.every import SETTINGS

COURSE = [known(name) for name in lessons.of_the_course()]
ANSWERED = [lesson for lesson in COURSE if lesson.page.answers]
RUN = [lesson for lesson in COURSE if not lesson.page.answers]


def named(lesson) -> str:
    return lesson.name


def panel(lesson, **moved) -> dict:
    """What stands beside the page at the lesson's link, with settings moved."""
    link = urlencode({"lesson": lesson.name} | {k: SETTINGS[k].write(v) for k, v in moved.items()})
    pieces = made.unpack(made.answer(lesson.page.name, lesson.page.answers[0], link).body)
    return next(piece for piece in pieces if piece.get("key") == "lesson")


@pytest.mark.parametrize("lesson", ANSWERED, ids=named)
def test_a_lesson_is_missed_where_it_begins_and_met_by_moving_what_may_be_moved(lesson):
    begins = panel(lesson)
    assert not begins["met"] and begins["hint"] and not begins["meaning"] and not begins["moved"]
    met = panel(lesson, **lesson.solution)
    assert met["met"] and met["meaning"] and not met["hint"]
    assert all(condition["holds"] for condition in met["goal"])
    assert met["receipt"] == "", "an answer is kept for everybody"


@pytest.mark.parametrize("lesson", RUN, ids=named)
def test_a_lesson_with_a_run_is_missed_by_its_start_and_met_by_its_solution(lesson):
    found = trying.tried(lesson, computes(lesson.page.name))
    assert found.faults == [] and not found.start.met
    assert found.solution is not None and found.solution.met


@pytest.mark.parametrize("lesson", ANSWERED, ids=named)
def test_moving_what_should_stay_meets_nothing(lesson):
    """Each lesson at its solution, with one more setting moved than it allows."""
    held = {setting.name: setting for setting in lesson.held}
    setting = next(held[n] for n in ("w_out", "power_lag", "seed", "batch_size") if n in held)
    other = lesson.begins(setting) + 1
    found = panel(lesson, **lesson.solution, **{setting.key: other})
    said = re.sub(r"<[^>]+>", "", found["moved"][0])  # without the marks of terms and indices
    assert not found["met"] and setting.label in said


def test_a_link_to_a_lesson_begins_where_it_says_and_what_else_it_says_goes_over_that():
    values, remarks = store.read({"lesson": "saturation"}, "gradient_flow")
    assert not remarks and values["input_scale"] == 1.0 and values["lesson"] == "saturation"
    values, _ = store.read({"lesson": "saturation", "input_scale": "0.4"}, "gradient_flow")
    assert values["input_scale"] == 0.4
    values, remarks = store.read({"lesson": "saturatoin"}, "gradient_flow")
    assert values["lesson"] == "saturation" and "became saturation" in remarks[0]
    values, remarks = store.read({"lesson": "zzz"}, "gradient_flow")
    assert values["lesson"] == lessons.NO_LESSON and remarks


def test_a_setting_that_is_back_at_its_default_stays_in_a_lessons_link():
    """Or the link would begin where the lesson does."""
    values, _ = store.read({"lesson": "the-cliff", "cliff_threshold": "0.3"}, "clipping")
    with store.given(values):
        assert store.query(["cliff_threshold", "cliff_rate"]) == "cliff_threshold=0.3"


def test_every_lesson_leads_to_the_next_and_the_last_to_the_course():
    found = [panel(lesson)["next"] for lesson in ANSWERED]
    assert sum(one is None for one in found) == (COURSE[-1] in ANSWERED)
    for one in filter(None, found):
        path, _, name = one["to"].partition("?lesson=")
        assert path in [page.path for page in PAGES] and known(name).title == one["title"]


def test_a_lesson_of_another_page_says_where_it_stands():
    query = "lesson=the-cliff"
    pieces = made.unpack(made.answer("gradient_flow", "first_screen", query).body)
    found = next(piece for piece in pieces if piece.get("key") == "lesson")
    assert found["elsewhere"] == "Clipping" and found["here"] == "clipping?lesson=the-cliff"


def test_who_is_asked_first_gets_no_lesson_that_tells():
    pieces = made.unpack(made.answer("gradient_flow", "first_screen", "lesson=gates&quiz=1").body)
    assert not any(piece.get("key") == "lesson" for piece in pieces)


def test_a_lesson_that_is_edited_is_shown_as_it_is_now(tmp_path, monkeypatch):
    """And one that is broken says so, by line and field, in place of its words."""
    path = tmp_path / "01-own.md"
    path.write_text(TEMPLATE)
    monkeypatch.setenv(lessons.LESSONS, str(tmp_path))
    lesson = known("own")
    assert panel(lesson)["title"] == "The name in the list"
    path.write_text(TEMPLATE.replace("The name in the list", "Another name"))
    assert panel(lesson)["title"] == "Another name" and panel(lesson)["of"] == 1
    path.write_text(TEMPLATE.replace("{rho}", "{roh}"))
    assert "did you mean rho" in panel(lesson)["trouble"][0]


def test_an_answer_with_a_lesson_is_not_kept_by_browsers():
    """A teacher may edit its file, and no version names that."""

    def kept(query: bytes) -> str:
        scope = {
            "type": "http",
            "headers": [],
            "query_string": query,
            "path": "/",
            "path_params": {"version": version(), "page": "gradient_flow", "name": "first_screen"},
        }
        return route._respond(Request(scope), "somebody").headers["cache-control"]

    assert kept(b"lesson=gates") == "no-store"
    assert "immutable" in kept(b"")


# -- sentences that stand in a lesson without braces


def at(lesson: str, **moved):
    """What can be read where a lesson begins, with settings moved."""
    found = known(lesson)
    return computes(found.page.name)(trying.settings_of(found, moved), lambda readings: False)


def test_where_next_to_nothing_arrives_a_short_window_loses_next_to_nothing():
    found = at("truncation", gain=0.9, clip_window=10)
    assert found["cosine_of_window"] > 0.98 and found["log10_reach"] < -5


def test_with_a_forget_bias_of_0_the_gradient_vanishes():
    assert at("gates", forget_bias=0.0)["verdict"] == "vanishing"


def test_the_end_of_a_matrix_that_is_not_normal_is_further_off_than_the_sequence():
    """Wherever the lesson is met, the gradient still grows at step 1."""
    for gain in (0.9, 1.0, 1.1, 1.2, 1.24):
        found = at("not-normal", gain=gain)
        if found["rho"] < 1 and found["log10_hump"] > 3:
            assert found["log10_hump"] == pytest.approx(found["log10_reach"], abs=0.01)


def test_a_threshold_changes_nobodys_share_and_a_larger_scale_does():
    low, high = (at("what-clipping-leaves", clip_threshold=t) for t in (0.01, 1.0))
    assert low["old_share_after"] == pytest.approx(high["old_share_after"], rel=1e-6)


def test_every_setting_that_a_lesson_lets_move_is_one_of_its_page():
    for lesson in COURSE:
        for key in lesson.move:
            assert SETTINGS[key].owner in lesson.page.owners, (lesson.name, key)

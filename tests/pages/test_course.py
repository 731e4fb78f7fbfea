"""The page Course, and a lesson beside a page: what is sent to the browser, and what comes back."""

from html import escape
from urllib.parse import parse_qsl, urlsplit

import pytest

from rnn_core.studies.mistakes import MISTAKES
from tests.tools.on_page import html, link, open_app, payloads
from ui.controls import store
from ui.course import asking, proof
from ui.lessons import signing
from ui.look.prose import inline
from ui.settings import lessons

PAGE = "pages/course.py"


def test_the_page_lists_every_lesson_in_its_order_with_a_link():
    shown = payloads(open_app(PAGE))["course"]
    (course,) = shown["parts"]
    assert [each["name"] for each in course["lessons"]] == list(lessons.of_the_course())
    for each in course["lessons"]:
        assert each["to"].endswith(f"?lesson={each['name']}") and each["question"]
    assert shown["code"] is None and "UNROLL_SECRET" in shown["trust"]


def test_a_teachers_own_come_first_and_one_that_is_broken_says_so(tmp_path, monkeypatch):
    (tmp_path / "01-mine.md").write_text("no lesson")
    monkeypatch.setenv(lessons.LESSONS, str(tmp_path))
    own, course = payloads(open_app(PAGE))["course"]["parts"]
    assert own["lessons"][0]["trouble"].startswith("line 1, header: a lesson begins")
    assert len(course["lessons"]) == len(lessons.of_the_course())


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (None, "saturation"),
        ("pages/training.py", "a-spike"),
        ("pages/one_neuron.py", "one-neuron"),
        ("pages/initialisation.py", "initialisation"),
        ("pages/clipping.py", "the-cliff"),
    ],
)
def test_a_link_opens_a_lesson_beside_its_page_and_the_page_keeps_it_in_its_link(page, name):
    app = open_app(page, lesson=name)
    shown = payloads(app)["lesson"]
    assert shown["name"] == name and not shown["met"] and not shown["receipt"]
    assert link(app)["lesson"] == name and not app.warning


def test_reset_leads_back_to_where_the_lesson_begins():
    told = payloads(open_app("pages/training.py", lesson="a-spike", train_steps="900"))["address"]
    assert told["defaults"]["train_steps"] == 600 and told["defaults"]["train_clip"] == "none"
    plain = payloads(open_app("pages/training.py"))["address"]["defaults"]
    assert plain["train_steps"] == 2000 and set(plain) == set(told["defaults"])


def test_the_session_signs_what_it_computed_as_met():
    shown = payloads(open_app(None, lesson="saturation", input_scale="0.1"))["lesson"]
    assert shown["met"]
    assert signing.check_receipt("saturation", shown["receipt"]).lesson == "saturation"


def test_a_code_is_made_of_receipts_and_of_nothing_else(monkeypatch):
    kept = {}
    monkeypatch.setattr(proof.st, "session_state", kept)
    good = ["saturation", signing.receipt("saturation")]
    forged = ["gates", signing.receipt("saturation")]
    proof.ask({"name": "Ada", "receipts": [good, forged]})
    made = proof.made()
    assert made["lessons"] == 1 and made["stale"] == ["gates"]
    assert [name for name, _, _ in signing.check(made["code"]).receipts] == ["saturation"]
    proof.ask({"name": "Ada", "receipts": [forged]})
    assert "code" not in proof.made() and proof.made()["trouble"].endswith(".")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"name": 3, "receipts": []},
        {"name": "Ada", "receipts": "x"},
        {"name": "Ada", "receipts": [["a"], 3, ["a", 3], [["a"], "b"], None]},
        {"name": "", "receipts": [["gates", "x" * 10_000]]},
    ],
)
def test_a_browser_may_say_anything(said, monkeypatch):
    monkeypatch.setattr(proof.st, "session_state", {})
    proof.ask(said)
    assert proof.made()["trouble"] and "code" not in proof.made()


def test_a_teacher_pastes_codes_and_reads_a_table():
    app = open_app(PAGE, course_part="codes")
    code = signing.completion("Ada", [signing.check_receipt("gates", signing.receipt("gates"))])
    app.text_area[0].set_value(f"{code}\nnothing").run()
    assert not app.exception
    assert "**1 of 2** lines" in " ".join(each.value for each in app.markdown)
    table = app.dataframe[0].value
    assert list(table["name"]) == ["Ada", ""] and "no valid code" in table["trouble"][1]


def test_no_lesson_no_panel():
    assert "lesson" not in payloads(open_app())
    assert "unroll-lesson" not in html(open_app())


def test_every_mistake_can_be_switched_and_says_what_it_costs():
    app = open_app(PAGE, course_part="mistakes")
    assert [each.value for each in app.header] == [m.label for m in MISTAKES.values()]
    assert html(app).count('data-mistaken="1">') == len(MISTAKES)
    assert all(escape(m.wrong) in html(app) for m in MISTAKES.values())
    app.toggle[0].set_value(False).run()
    assert html(app).count('data-mistaken="1">') == len(MISTAKES) - 1
    assert escape(next(iter(MISTAKES.values())).right) in html(app)
    assert link(app)["course_part"] == "mistakes"


def test_every_question_is_answered_with_numbers_and_a_link_that_opens_its_page():
    """The link holds what the answer was computed with, and nothing that has to be changed."""
    told = html(open_app(PAGE, course_part="questions"))
    for each in asking.questions():
        assert inline(each.question) in told
        to = asking.link(each)
        assert f'href="{to.replace("&", "&amp;")}"' in told
        values, remarks = store.read(dict(parse_qsl(urlsplit(to).query)), each.page.name)
        assert not remarks
        assert all(values[key] == value for key, value in each.start.items())
    assert "{" not in "".join(asking.answer(each) for each in asking.questions())

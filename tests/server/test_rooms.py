"""Rooms in their database: what may happen in one, by whom and how often; on SQLite and on
PostgreSQL alike."""

import csv
import io
import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import rnn_core
from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS as CLAIM_ANSWERS
from rnn_core.config import RNNConfig
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import VERDICTS
from tests.tools import ROOT
from tests.tools.databases import postgres
from ui.gradient_flow.scenes import SCENES
from ui.lessons.lesson import read
from ui.lessons.trying import settings_of
from ui.rooms import asking, checked, codes, database, limits, results, watching
from ui.rooms.attempts import Attempts
from ui.rooms.checked import NoRoom, Refused
from ui.rooms.database import Database, Unusable
from ui.rooms.questions import HIGH, LOW, OF_NETWORKS, QUESTIONS
from ui.rooms.rooms import Rooms
from ui.settings.lessons import of_the_course

TOKENS = [f"{i:032x}" for i in range(40)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request, tmp_path_factory):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('rooms')}/rooms.sqlite"
    else:
        with postgres() as url:
            yield url


class Clock:
    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rooms(url, clock):
    db = Database(url)
    with db.writing() as connection:  # a test finds nothing of the one before
        connection.execute(database.ROOMS.delete())
    yield Rooms(db, clock)
    db.close()


def prepared(question="verdict", scene="vanishing"):
    return asking.prepare("scene", scene, question)


def opened(rooms, students=3, *, nicknames=False, question=None):
    """(code, host's token) of a room with students, and a round if a question is asked."""
    code, host = rooms.open(nicknames)
    for i, token in enumerate(TOKENS[:students]):
        rooms.join(code, token, f"Ada {i}" if nicknames else None)
    if question:
        rooms.send(code, host, prepared(question))
    return code, host


# -- rounds


def test_a_round_is_asked_answered_and_revealed(rooms):
    """Until it is revealed neither phone nor projector is sent anything of the truth, nor the name
    of the scene."""
    code, host = opened(rooms, question="verdict")
    rooms.answer(code, TOKENS[0], 1, "vanishing")
    rooms.answer(code, TOKENS[1], 1, "fading")
    room = rooms.room(code)
    phone = watching.for_student(room, room.student(TOKENS[0]))
    projector = watching.for_host(room)
    assert phone["round"]["answer"] == {"value": "vanishing", "said": "vanish"}
    assert projector["round"]["counts"] == [1, 1, 0, 0, 0] and projector["round"]["answered"] == 2
    for view in (phone, projector):
        said = json.dumps(view)
        assert "truth" not in said and "right" not in view["round"]
        assert SCENES["vanishing"].label not in said and '"points"' not in said
    rooms.reveal(code, host, 1)
    room = rooms.room(code)
    phone = watching.for_student(room, room.student(TOKENS[0]))
    assert phone["round"]["truth"]["value"] == "vanishing"
    assert phone["round"]["answer"]["right"] and phone["total"] == 100
    assert watching.for_student(room, room.student(TOKENS[1]))["total"] == 50
    assert watching.for_host(room)["round"]["right"] == 1


def test_nobody_answers_twice_nor_after_the_truth(rooms):
    code, host = opened(rooms, question="step")
    assert rooms.answer(code, TOKENS[0], 1, 20) == "step 20"
    assert rooms.answer(code, TOKENS[0], 1, 20) == "step 20"  # sent again: its answer got lost
    with pytest.raises(Refused, match="answered round 1 already: step 20"):
        rooms.answer(code, TOKENS[0], 1, 21)
    rooms.reveal(code, host, 1)
    with pytest.raises(Refused, match="too late"):
        rooms.answer(code, TOKENS[1], 1, 20)
    assert list(rooms.room(code).round.answers.values()) == [20]


def test_of_two_answers_at_once_one_is_taken(rooms):
    """Forty threads answer for ten students, each with four different answers."""
    code, _ = opened(rooms, 10, question="step")
    start = threading.Barrier(40)

    def answer(i: int) -> bool:
        start.wait()
        try:
            rooms.answer(code, TOKENS[i % 10], 1, 1 + i // 10)
        except Refused as refused:
            assert refused.status == 409
            return False
        return True

    with ThreadPoolExecutor(40) as pool:
        taken = list(pool.map(answer, range(40)))
    assert sum(taken) == 10
    room = rooms.room(code)
    assert len(room.round.answers) == 10
    for student, value in room.round.answers.items():
        number = room.students[student].number - 1
        assert taken[number + 10 * (value - 1)]


ANSWERING = """
import sys
from ui.rooms.database import Database
from ui.rooms.rooms import Rooms
url, code, *tokens = sys.argv[1:]
rooms = Rooms(Database(url), lambda: 1e9)
print("ready", flush=True)
sys.stdin.readline()
for token in tokens:
    rooms.answer(code, token, 1, 7)
"""


def test_two_processes_share_a_room_and_none_of_the_answers_is_lost(rooms, url):
    code, _ = opened(rooms, 40, question="step")
    command = [sys.executable, "-c", ANSWERING, url, code, *TOKENS[1::2]]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as other:
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        for token in TOKENS[::2]:
            rooms.answer(code, token, 1, 7)
        assert other.wait(60) == 0
    assert list(rooms.room(code).round.answers.values()) == [7] * 40


def test_a_room_survives_a_restart(rooms, url, clock):
    code, host = opened(rooms, question="share")
    rooms.answer(code, TOKENS[0], 1, -3.5)
    again = Rooms(Database(url), clock)
    again.answer(code, TOKENS[1], 1, 2)
    again.reveal(code, host, 1)
    assert sorted(again.room(code).round.answers.values()) == [-3.5, 2]
    again.database.close()


def test_the_next_round_waits_for_the_truth_of_the_last(rooms):
    code, host = opened(rooms, question="verdict")
    with pytest.raises(Refused, match="Round 1 is still open"):
        rooms.send(code, host, prepared())
    rooms.reveal(code, host, 1)
    assert rooms.send(code, host, prepared("step")) == 2
    assert rooms.room(code).round.number == 2


def test_a_room_has_so_many_rounds(rooms, monkeypatch):
    monkeypatch.setattr(limits, "ROUNDS", 1)
    code, host = opened(rooms, question="verdict")
    rooms.reveal(code, host, 1)
    with pytest.raises(Refused, match="1 rounds at most"):
        rooms.send(code, host, prepared())


# -- who may


def test_only_the_host_acts(rooms):
    code, _ = opened(rooms, question="verdict")
    stranger = codes.new_token()
    for act in (
        lambda: rooms.send(code, stranger, prepared()),
        lambda: rooms.reveal(code, stranger, 1),
        lambda: rooms.lock(code, TOKENS[0], True),
        lambda: rooms.remove(code, "", 1),
        lambda: rooms.close(code, stranger),
        lambda: rooms.results(code, stranger),
    ):
        before = rooms.version(code)
        with pytest.raises(Refused, match="Only the teacher"):
            act()
        assert rooms.version(code) == before


def test_no_token_is_stored(rooms):
    _, host = opened(rooms)
    with rooms.database.reading() as connection:
        kept = [
            str(row)
            for t in database.METADATA.sorted_tables
            for row in connection.execute(sa.select(t))
        ]
    assert any(codes.digest(host) in row for row in kept)
    assert not any(token in row for token in (host, *TOKENS[:3]) for row in kept)


def test_joining_twice_by_the_same_token_is_joining_once(rooms):
    code, _ = opened(rooms, 0, nicknames=True)
    assert rooms.join(code, TOKENS[0], "Ada") == rooms.join(code, TOKENS[0], "Bea")
    with pytest.raises(Refused, match="Somebody here is called “ADA”"):
        rooms.join(code, TOKENS[1], "ADA")
    with pytest.raises(Refused, match="asks for a nickname"):
        rooms.join(code, TOKENS[1], None)
    assert [one.name for one in rooms.room(code).students.values()] == ["Ada"]


def test_a_room_without_nicknames_keeps_none(rooms):
    code, _ = opened(rooms, 0)
    assert rooms.join(code, TOKENS[0], "Ada").name == "student 1"


def test_a_locked_a_full_and_a_strange_room_let_nobody_in(rooms, monkeypatch):
    code, host = opened(rooms, 1)
    rooms.lock(code, host, True)
    with pytest.raises(Refused, match="nobody else"):
        rooms.join(code, TOKENS[1], None)
    assert rooms.join(code, TOKENS[0], None).number == 1  # who is in stays in
    rooms.lock(code, host, False)
    monkeypatch.setattr(limits, "STUDENTS", 1)
    with pytest.raises(Refused, match="holds 1 students"):
        rooms.join(code, TOKENS[1], None)
    with pytest.raises(Refused, match="not in this room"):
        rooms.answer(code, TOKENS[2], 1, "fading")


def test_who_is_taken_out_is_gone_with_all_answers(rooms):
    code, host = opened(rooms, 2, nicknames=True, question="verdict")
    rooms.answer(code, TOKENS[0], 1, "fading")
    rooms.remove(code, host, 1)
    room = rooms.room(code)
    assert room.student(TOKENS[0]) is None and room.round.answers == {}
    assert [one["name"] for one in watching.for_host(room)["students"]] == ["Ada 1"]
    with pytest.raises(Refused, match="no student 9"):
        rooms.remove(code, host, 9)


# -- the end


@pytest.mark.parametrize("how", ["after a day", "closed"])
def test_a_room_that_has_ended_is_empty(rooms, clock, how):
    """It says so to whoever asks for it, and its code is nobody's try."""
    code, host = opened(rooms, nicknames=True, question="verdict")
    rooms.answer(code, TOKENS[0], 1, "fading")
    if how == "closed":
        rooms.close(code, host)
    else:
        clock.now += limits.LASTS
        rooms.tidy()
    with pytest.raises(Refused, match="has ended") as refused:
        rooms.room(code)
    assert refused.value.status == 410 and not isinstance(refused.value, NoRoom)
    with rooms.database.reading() as connection:
        for table in (database.STUDENTS, database.ROUNDS, database.ANSWERS):
            assert connection.execute(sa.select(table)).all() == []
    clock.now += limits.LASTS
    rooms.open(False)
    with pytest.raises(NoRoom):
        rooms.room(code)


def test_a_server_holds_so_many_rooms(rooms, monkeypatch, clock):
    monkeypatch.setattr(limits, "ROOMS", 2)
    for _ in range(2):
        rooms.open(False)
    with pytest.raises(Refused, match="holds 2 rooms"):
        rooms.open(False)
    clock.now += limits.LASTS
    rooms.open(False)


# -- results


def test_results_are_what_was_answered_to_what_has_been_revealed(rooms):
    code, host = opened(rooms, 0, nicknames=True)
    for token, name in zip(TOKENS, ("=1+1", "Bea, or not"), strict=False):
        rooms.join(code, token, name)
    rooms.send(code, host, prepared("step"))
    rooms.answer(code, TOKENS[0], 1, None)
    rooms.answer(code, TOKENS[1], 1, 51)
    assert results.as_csv(rooms, code, host).splitlines() == [",".join(results.COLUMNS)]
    rooms.reveal(code, host, 1)
    first, second = csv.DictReader(io.StringIO(results.as_csv(rooms, code, host)))
    truth = str(rooms.room(code).round.truth["value"])
    assert first | {"about": ""} == {
        "round": "1",
        "question": "step",
        "about": "",
        "truth": truth,
        "student": "'=1+1",  # a spreadsheet must not compute it
        "answer": "never",
        "right": "no",
        "points": "0",
    }
    assert second["student"] == "Bea, or not" and second["right"] == "yes"
    assert "gain=0.6" in second["about"]


def test_the_ranking_gives_the_same_place_for_the_same_points(rooms):
    code, host = opened(rooms, 4, nicknames=True, question="verdict")
    for token, word in zip(TOKENS, ("fading", "vanishing", "vanishing"), strict=False):
        rooms.answer(code, token, 1, word)
    rooms.reveal(code, host, 1)
    room = rooms.room(code)
    assert [(one["place"], one["name"]) for one in watching.ranking(room)] == [
        (1, "Ada 1"),
        (1, "Ada 2"),
        (3, "Ada 0"),
    ]
    assert watching.for_student(room, room.student(TOKENS[0]))["round"]["place"] == 3


# -- what everybody is answered from


def test_many_questions_are_one_look_at_the_database(rooms, monkeypatch):
    """What another process writes is seen once the look is old."""
    code, host = opened(rooms, question="verdict")
    looks = []
    monkeypatch.setattr(rooms, "version", lambda c: looks.append(c) or Rooms.version(rooms, c))
    watch = watching.Watch(rooms)
    assert len({id(watch.room(code)) for _ in range(50)}) == 1
    rooms.answer(code, TOKENS[0], 1, "fading")
    monkeypatch.setattr(limits, "REMEMBERED", 0.0)
    assert len(watch.room(code).round.answers) == 1 and looks == [code]
    same = watch.room(code)
    assert watch.room(code) is same  # nothing new: not read again
    rooms.close(code, host)
    with pytest.raises(Refused, match="has ended"):
        watch.room(code)


def test_a_phone_is_told_of_what_it_shows_and_not_of_the_others(rooms):
    code, host = opened(rooms, question="verdict")

    def tags() -> tuple[str, str]:
        room = rooms.room(code)
        return watching.student_tag(room, room.student(TOKENS[0])), watching.host_tag(room)

    phone, projector = tags()
    rooms.answer(code, TOKENS[1], 1, "fading")
    assert tags()[0] == phone and tags()[1] != projector
    rooms.answer(code, TOKENS[0], 1, "fading")
    answered = tags()[0]
    rooms.reveal(code, host, 1)
    assert len({phone, answered, tags()[0]}) == 3


# -- the database itself


def test_tables_of_a_newer_version_are_left_alone(url):
    db = Database(url)
    with db.writing() as connection:
        connection.execute(database.VERSION.update().values(number=99))
    try:
        with pytest.raises(Unusable, match=r"version 99.*this one knows version"):
            Database(url)
    finally:
        with db.writing() as connection:
            connection.execute(database.VERSION.update().values(number=len(database.STEPS)))
        db.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("rooms", "must be a URL"),
        ("mysql://host/name", "must name sqlite or postgresql, got mysql"),
        ("sqlite://", "must name a file"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_by_a_sentence(url, says):
    with pytest.raises(Unusable, match=says):
        Database(url)


def test_the_file_lies_in_the_folder_for_state_or_where_one_can_write(tmp_path, monkeypatch):
    monkeypatch.delenv("UNROLL_DB", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert database.default_url() == f"sqlite:///{tmp_path}/state/unroll/rooms.sqlite"
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(database.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    assert re.search(r"/tmp/unroll-\w+/rooms.sqlite$", database.default_url())
    monkeypatch.setenv("UNROLL_DB", "postgresql://somewhere/else")
    assert database.default_url() == "postgresql://somewhere/else"


# -- what is asked, and the truth


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("question", [one.name for one in OF_NETWORKS])
def test_the_truth_is_computed_and_what_is_asked_does_not_tell_it(question, scene):
    """Two networks of one length are asked about by the same picture."""
    found = prepared(question, scene)
    reading = rnn_core.gradient_flow(RNNConfig(**SCENES[scene].changes)).reading
    kind, steps = QUESTIONS[question], len(reading.curve)
    assert found.truth["value"] == kind.truth(reading)
    assert found.truth["verdict"] == reading.verdict
    assert kind.points(found.truth["value"], found.truth["value"], steps) == 100
    assert kind.right(found.truth["value"], found.truth["value"], steps)
    assert found.asked["figure"]["data"] == []
    other = RNNConfig(**{**SCENES["vanishing"].changes, "seq_len": steps, "seed": 3})
    empty = asking._figure(kind, rnn_core.gradient_flow(other), [])
    axes = ("xaxis", "range"), ("yaxis", "range"), ("yaxis", "ticktext")
    for axis, part in axes:
        assert found.asked["figure"]["layout"][axis][part] == empty["layout"][axis][part]
    low, high = found.truth["figure"]["layout"]["yaxis"]["range"]
    (line,) = found.truth["figure"]["data"]
    drawn = [v for v in line["y"] if v is not None]
    assert low <= min(drawn) and max(drawn) <= high
    json.dumps([found.asked, found.truth], allow_nan=False)


def test_no_offer_tells_what_its_network_does():
    said = " ".join(o.setting for o in asking.offers() if o.source != "claim").lower()
    assert not any(word in said for one in VERDICTS.values() for word in (one.they, one.it))
    found = {(offer.source, offer.name) for offer in asking.offers()}
    assert {name for source, name in found if source == "scene"} == set(SCENES)
    assert ("lesson", "saturation") in found


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_asked_with_what_it_says_and_shown_with_what_was_measured(name):
    found = asking.prepare("claim", name, "whatever")
    drawn, after = (part["figure"]["data"] for part in (found.asked, found.truth))
    measured = [one for one in after if one["name"] not in {line["name"] for line in drawn}]
    assert measured and found.truth["value"] == CLAIMS[name].answer
    said = json.dumps(found.asked, allow_nan=False)
    assert CLAIMS[name].why not in said and '"holds"' not in said
    for part in (found.asked, found.truth):
        layout = part["figure"]["layout"]
        assert all(len(layout[axis]["tickvals"]) > 1 for axis in ("xaxis", "yaxis"))
    low, high = found.asked["figure"]["layout"]["yaxis"]["range"]
    assert found.asked["bars"][0]["low"] == pytest.approx(low)
    assert found.asked["bars"][-1]["high"] == pytest.approx(high)


def test_a_claim_that_there_is_not_is_named():
    with pytest.raises(Refused, match="no claim “flat-earth”; there are scalar_rule"):
        asking.prepare("claim", "flat-earth", "")


def test_a_lesson_asks_about_the_network_that_it_begins_with():
    found = asking.prepare("lesson", "saturation", "verdict")
    lesson = read(of_the_course()["saturation"])
    flow = rnn_core.gradient_flow(
        RNNConfig(
            **{
                field: value
                for field, value in settings_of(lesson).items()
                if field in RNNConfig.__dataclass_fields__
            }
        )
    )
    assert found.truth["value"] == flow.reading.verdict
    assert found.asked["steps"] == flow.config.seq_len
    with pytest.raises(Refused, match="no lesson “one-neuron” on that page"):
        asking.prepare("lesson", "one-neuron", "verdict")


def test_a_link_of_gradient_flow_is_a_network_and_any_other_is_refused():
    link = "https://host/?gain=0.9&seq_len=20&hidden_size=8&batch_size=2"
    found = asking.prepare("link", link, "share")
    config = RNNConfig(gain=0.9, seq_len=20, hidden_size=8, batch_size=2)
    assert found.truth["value"] == rnn_core.gradient_flow(config).reading.reach.log10_ratio
    assert "gain=0.9" in found.truth["link"] and found.asked["steps"] == 20
    for bad, says in (
        ("https://host/", "must be one of the page Gradient flow"),
        ("?gain=9", "from 0 to 3; 9 became 3"),
        ("?nothing=1", "no setting here"),
    ):
        with pytest.raises(Refused, match=says):
            asking.prepare("link", bad, "share")


@pytest.mark.parametrize(
    ("source", "name", "question", "says"),
    [
        ("nowhere", "", "step", "source must be one of scene, lesson, random, link, claim"),
        (7, "", "step", "source must be one of"),
        ("scene", "nothing", "step", "no scene “nothing”"),
        ("scene", 7, "step", "name must be text"),
        (
            "scene",
            "vanishing",
            "colour",
            "question must be one of verdict, step, share, got colour",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_by_a_sentence(source, name, question, says):
    with pytest.raises(Refused, match=says):
        asking.prepare(source, name, question)


ANSWERS = {
    "verdict": st.sampled_from(list(VERDICTS)),
    "step": st.none() | st.integers(1, 60),
    "share": st.floats(LOW, HIGH),
    "claim": st.sampled_from(list(CLAIM_ANSWERS)),
}


@pytest.mark.parametrize("question", QUESTIONS)
@given(data=st.data())
def test_every_answer_has_a_bar_words_and_points(question, data):
    kind = QUESTIONS[question]
    value, truth = (kind.read(data.draw(ANSWERS[question]), 60) for _ in range(2))
    bars = kind.bars(60)
    bar = bars[kind.bar(value, 60)]
    place = {"share": value, "step": value}.get(question)
    if place is not None:
        assert bar.low <= place <= bar.high
    assert kind.said(value)
    assert 0 <= kind.points(value, truth, 60) <= 100
    assert kind.right(value, truth, 60) <= (kind.points(value, truth, 60) >= 70)
    assert kind.read(json.loads(json.dumps(value)), 60) == value


def test_exactly_nothing_is_a_truth_too():
    """A curve that is 0 from some step on, or everywhere."""
    for curve in (np.array([-np.inf, -np.inf, -3, 0.0]), np.full(4, -np.inf)):
        for kind in OF_NETWORKS:
            truth = kind.truth(Reading(curve))
            json.dumps(truth, allow_nan=False)
            assert 0 <= kind.bar(truth, 4) < len(kind.bars(4)) and kind.said(truth)


# -- what comes from outside

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(ANYTHING)
def test_whatever_is_answered_is_an_answer_or_is_refused(value):
    for kind in QUESTIONS.values():
        try:
            read = kind.read(value, 60)
        except Refused as refused:
            assert "got" in str(refused) and len(str(refused)) < 160
        else:
            assert 0 <= kind.bar(read, 60) < len(kind.bars(60))


@given(ANYTHING | st.text(max_size=40))
def test_a_nickname_is_one_line_of_what_can_be_seen(value):
    try:
        name = checked.nickname(value)
    except Refused as refused:
        assert "ickname" in str(refused)
    else:
        assert name == checked.nickname(name)
        assert 1 <= len(name) <= limits.NICKNAME and name.isprintable()


@given(st.text(max_size=8))
def test_whatever_is_typed_as_a_code_is_one_or_is_refused(typed):
    try:
        assert codes.read_code(typed) in typed.upper().replace(" ", "").replace("-", "")
    except NoRoom as refused:
        assert "four letters" in str(refused) or "4 letters" in str(refused)


def test_codes_are_four_clear_letters_and_no_words():
    drawn = [codes.new_code() for _ in range(500)]
    assert all(len(set(code)) == 4 and set(code) <= set(codes.LETTERS) for code in drawn)
    assert len(set(drawn)) > 450
    assert not set("AEIOULQVY01") & set(codes.LETTERS)
    assert not any(word in code for code in drawn for word in codes._READ_AS_WORDS)
    assert codes.read_code(" bd-fg ") == "BDFG"


def test_attempts_are_counted_for_each_address_and_for_all():
    clock = Clock()
    tries = Attempts(2, 5, 10.0, clock)
    for _ in range(2):
        assert not tries.exceeded("a")
        tries.note("a")
    assert tries.exceeded("a") and not tries.exceeded("b")
    for name in "bcd":
        tries.note(name)
    assert tries.exceeded("e")  # five in all
    clock.now += 10
    assert not tries.exceeded("a") and not tries.exceeded("e")
    assert not tries._of and not tries._all

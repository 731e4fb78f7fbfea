"""Rooms over HTTP: each route with what it answers, what it refuses and how it says so; and that
codes cannot be guessed by trying."""

import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from tests.tools import ROOT
from tests.tools.asgi import ask
from ui.rooms import codes, limits, route
from ui.rooms.attempts import Attempts
from ui.rooms.database import Database, Unusable
from ui.rooms.rooms import Rooms
from ui.rooms.watching import Watch

APP = Starlette(routes=route.routes(["", "/lab"]))
ME, OTHER = f"{1:032x}", f"{2:032x}"


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('http')}/rooms.sqlite")
    yield Watch(Rooms(db))
    db.close()


@pytest.fixture(autouse=True)
def served(watch, monkeypatch):
    """Rooms in a file of their own, where nobody has tried anything yet."""
    monkeypatch.setattr(route, "watch", lambda: watch)
    monkeypatch.setattr(limits, "REMEMBERED", 0.0)
    monkeypatch.setattr(route, "wrong_codes", Attempts(3, 8, 600.0))
    monkeypatch.setattr(route, "opened", Attempts(50, 200, 3600.0))


class Room:
    """A room as its host's browser and the phones see it."""

    def __init__(self, nicknames: bool = False) -> None:
        made = ask(APP, "POST", "/rooms", {"nicknames": nicknames})
        assert made.status == 201 and made.headers["cache-control"] == "no-store"
        self.code, self.host = made.json["code"], made.json["host"]

    def act(self, what: str, **sent):
        return ask(APP, "POST", f"/rooms/{self.code}/{what}", sent, x_unroll_host=self.host)

    def join(self, token: str = ME, **sent):
        return ask(APP, "POST", f"/rooms/{self.code}/join", {"token": token, **sent})

    def answer(self, value, token: str = ME, number: int = 1):
        sent = {"token": token, "round": number, "value": value}
        return ask(APP, "POST", f"/rooms/{self.code}/answer", sent)

    def seen(self, **headers):
        return ask(APP, "GET", f"/rooms/{self.code}", **headers)

    def send(self, question: str = "verdict"):
        return self.act("send", source="scene", name="vanishing", question=question)


@pytest.fixture
def room():
    return Room()


def test_a_class_from_opening_to_closing():
    room = Room()
    assert room.join().json == {"name": "student 1"}
    assert room.send().json == {"round": 1}
    assert room.answer("fading").json == {"said": "fade"}
    host = room.seen(x_unroll_host=room.host)
    assert host.json["round"]["counts"] == [0, 1, 0, 0, 0]
    phone = room.seen(x_unroll_student=ME)
    for view in (host, phone, room.seen()):
        assert b"truth" not in view.body and view.headers["cache-control"] == "no-store"
    assert room.act("reveal", round=1).status == 200
    assert room.seen(x_unroll_student=ME).json["round"]["truth"]["value"] == "vanishing"
    saved = ask(APP, "GET", f"/rooms/{room.code}/csv", x_unroll_host=room.host)
    assert (
        saved.headers["content-type"].startswith("text/csv") and b"student 1,fading" in saved.body
    )
    assert room.act("close").status == 200
    ended = room.seen(x_unroll_student=ME)
    assert ended.status == 410 and "has ended" in ended.json["error"]


def test_who_is_not_in_the_room_sees_that_there_is_one_and_no_round():
    room = Room()
    room.send()
    assert room.seen().json["round"] is None and room.seen().json["joined"] is False
    assert room.seen(x_unroll_student=OTHER).json["round"] is None


def test_nothing_new_is_an_empty_answer():
    room = Room()
    room.join()
    for who in ({"x_unroll_host": room.host}, {"x_unroll_student": ME}):
        tag = room.seen(**who).headers["etag"]
        again = room.seen(**who, if_none_match=tag)
        assert (again.status, again.body) == (304, b"")
    room.send()
    for who in ({"x_unroll_host": room.host}, {"x_unroll_student": ME}):
        assert room.seen(**who, if_none_match=tag).status == 200


def test_it_answers_below_a_path_too():
    room = Room()
    assert ask(APP, "GET", f"/lab/rooms/{room.code}").status == 200


def test_the_code_may_be_typed_in_small_letters():
    room = Room()
    assert ask(APP, "GET", f"/rooms/{room.code.lower()}").json["code"] == room.code


@pytest.mark.parametrize("act", ["send", "reveal", "lock", "remove", "close"])
@pytest.mark.parametrize("token", ["", "0" * 32, ME])
def test_what_the_host_does_nobody_else_does(act, token):
    room = Room()
    room.join()
    room.send()
    sent = {"round": 1, "locked": True, "student": 1, "source": "random", "question": "step"}
    refused = ask(APP, "POST", f"/rooms/{room.code}/{act}", sent, x_unroll_host=token)
    assert refused.status == 403 and "Only the teacher" in refused.json["error"]
    for path in ("", "/csv"):
        found = ask(APP, "GET", f"/rooms/{room.code}{path}", x_unroll_host=token or "x")
        assert found.status == 403


@pytest.mark.parametrize(
    ("act", "sent", "status", "says"),
    [
        ("join", {}, 400, "token must be 32 hexadecimal digits, got None"),
        ("join", {"token": ME, "nickname": "x" * 21}, 400, "20 characters at most"),
        ("join", {"token": ME, "nickname": " "}, 400, "must hold a letter or a digit"),
        ("join", {"token": ME, "nickname": "a\u202eb"}, 400, "cannot be seen"),
        ("answer", {"token": ME, "round": "1", "value": 1}, 400, "round must be a whole number"),
        ("answer", {"token": ME, "round": 1}, 400, "value must hold the answer"),
        ("answer", {"token": ME, "round": 2, "value": 1}, 404, "no round 2"),
        ("answer", {"token": ME, "round": 1, "value": 61}, 400, "from 1 to 60"),
        ("answer", {"token": ME, "round": 1, "value": "fading"}, 400, "a step from 1 to 60"),
        ("answer", {"token": OTHER, "round": 1, "value": 1}, 403, "join it first"),
        ("reveal", {"round": -1}, 400, "whole number from 0, got -1"),
        ("lock", {"locked": 1}, 400, "locked must be true or false, got 1"),
        ("send", {"source": "scene", "name": "x", "question": "step"}, 400, "no scene “x”"),
        ("send", {"source": "random", "question": "step"}, 409, "Round 1 is still open"),
        ("join", b"{", 400, "must be JSON"),
        ("join", b"[]", 400, "must be a JSON object, got []"),
        ("join", b" " * 7000, 413, "6,000 bytes at most"),
        ("join", b"[" * 5000, 400, "must be JSON"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(act, sent, status, says):
    room = Room(nicknames=True)
    room.join(nickname="Ada")
    room.send("step")
    found = ask(APP, "POST", f"/rooms/{room.code}/{act}", sent, x_unroll_host=room.host)
    assert found.status == status and says in found.json["error"], found.body


def test_other_sites_do_nothing_here():
    room = Room()
    for method, path in (("POST", "/rooms"), ("GET", f"/rooms/{room.code}")):
        assert ask(APP, method, path, sec_fetch_site="cross-site").status == 403


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    act=st.sampled_from(["join", "answer", "send", "reveal", "lock", "remove"]),
    sent=st.dictionaries(
        st.sampled_from(["token", "nickname", "round", "value", "source", "question", "locked"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    ),
)
def test_whatever_is_sent_ends_in_no_error_of_the_program(room, act, sent):
    found = ask(
        APP, "POST", f"/rooms/{room.code}/{act}", json.dumps(sent).encode(), x_unroll_host=room.host
    )
    assert found.status in (200, 400, 403, 404, 409), found.body


# -- guessing


def wrong(room: Room) -> str:
    """A code that no room has."""
    return next(code for code in iter(codes.new_code, room.code))


def test_codes_cannot_be_guessed_by_trying():
    """After some wrong ones a right one is answered as a wrong one is; those in the room and in
    other places go on."""
    room = Room()
    room.join()
    for _ in range(3):
        assert ask(APP, "GET", f"/rooms/{wrong(room)}").status == 404
    said = set()
    for code in (wrong(room), room.code):
        for method, path, sent in (
            ("GET", "", None),
            ("POST", "/join", {"token": OTHER}),
            ("POST", "/answer", {"token": OTHER, "round": 1, "value": 1}),
        ):
            found = ask(APP, method, f"/rooms/{code}{path}", sent)
            said.add((found.status, found.headers["retry-after"], found.body))
    assert len(said) == 1 and said.pop()[0] == 429
    assert room.seen(x_unroll_student=ME).status == 200
    assert room.seen(x_unroll_host=room.host).status == 200
    assert room.send().status == 200 and room.answer("fading").status == 200
    assert (
        ask(APP, "POST", f"/rooms/{room.code}/join", {"token": OTHER}, client="198.51.100.1").status
        == 200
    )


def test_many_addresses_together_cannot_guess_either():
    room = Room()
    for i in range(8):
        assert ask(APP, "GET", f"/rooms/{wrong(room)}", client=f"198.51.100.{i}").status == 404
    assert ask(APP, "GET", f"/rooms/{room.code}", client="198.51.100.99").status == 429


def test_the_phones_of_a_class_whose_room_has_ended_have_tried_no_code():
    room = Room()
    room.act("close")
    for _ in range(9):
        assert room.seen(x_unroll_student=ME).status == 410
    assert Room().join().status == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # says so of itself
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # nginx says so
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_attempts_are_counted_of_whom_the_nearest_proxy_names(
    peer, forwarded, counted, monkeypatch
):
    noted = []
    monkeypatch.setattr(route.wrong_codes, "note", noted.append)
    headers = {"x_forwarded_for": forwarded} if forwarded else {}
    ask(APP, "GET", "/rooms/none", client=peer, **headers)
    assert noted == [counted]


def test_one_address_opens_so_many_rooms(monkeypatch):
    monkeypatch.setattr(route, "opened", Attempts(1, 9, 3600.0))
    Room()
    refused = ask(APP, "POST", "/rooms", {})
    assert refused.status == 429 and "opened from here" in refused.json["error"]
    assert ask(APP, "POST", "/rooms", {}, client="198.51.100.1").status == 201


# -- when something is broken


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (Unusable("no such file"), 503, "database of rooms does not answer"),
        (RuntimeError("secret path"), 500, "error of the program"),
    ],
)
def test_an_error_has_a_number_that_the_log_has_too(monkeypatch, caplog, error, status, says):
    def broken():
        raise error

    monkeypatch.setattr(route, "watch", broken)
    found = ask(APP, "GET", "/rooms/BCDF")
    said = found.json["error"]
    assert found.status == status and says in said and str(error) not in said
    assert route.errors.number(error) in said and route.errors.number(error) in caplog.text


def test_the_server_starts_without_sqlalchemy():
    """It takes a quarter of a second, and most servers never open a room."""
    code = (
        "import sys; sys.modules['sqlalchemy'] = None; import app; print(len(app.app._user_routes))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

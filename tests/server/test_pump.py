"""Pumped drawings: as many as were asked for, to whoever is there, and no thread afterwards."""

from __future__ import annotations

import importlib
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui.internals import sessions
from ui.live import drawer, wire
from ui.live.pump import GRANTED, Pump

# The module: `ui.live.pump` as an attribute is its function.
pump = importlib.import_module("ui.live.pump")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pump, "INTERVAL", 0.002)


def until(true, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.002)
    assert true()


def at_rest(one: Pump) -> bool:
    return one._thread is None


def test_a_page_gets_as_many_drawings_as_it_asked_for():
    sent: list[tuple[str, bytes]] = []
    one = Pump(lambda session, data: sent.append((session, data)) or True)
    one.ask("a", lambda n: [b"%d" % n])
    until(lambda: at_rest(one))
    assert sent == [("a", b"%d" % n) for n in range(GRANTED)]


def test_a_thread_that_is_held_up_between_two_looks_at_the_clock_goes_on(monkeypatch):
    """A trainer may have Python's lock for longer than the pause."""
    clock = iter(range(10**6))
    monkeypatch.setattr(
        pump, "time", SimpleNamespace(monotonic=lambda: float(next(clock)), sleep=time.sleep)
    )
    sent: list[bytes] = []
    one = Pump(lambda session, data: sent.append(data) or True)
    one.ask("a", lambda n: [b"%d" % n])
    until(lambda: at_rest(one))
    assert len(sent) == GRANTED


def test_asking_again_grants_anew_and_counts_on():
    sent: list[bytes] = []
    one = Pump(lambda session, data: sent.append(data) or True)
    one.ask("a", lambda n: [b"%d" % n])
    until(lambda: len(sent) >= 3)
    one.ask("a", lambda n: [b"%d" % n])
    until(lambda: at_rest(one))
    assert sent == [b"%d" % n for n in range(len(sent))]
    assert GRANTED + 3 <= len(sent) <= 2 * GRANTED


def test_a_page_that_is_gone_gets_nothing_more_and_the_others_do():
    sent: list[str] = []
    one = Pump(lambda session, data: sent.append(session) or session == "here")
    one.ask("gone", lambda n: [b""])
    one.ask("here", lambda n: [b""])
    until(lambda: at_rest(one))
    assert sent.count("gone") == 1
    assert sent.count("here") == GRANTED


def test_a_drawing_that_fails_is_logged_and_ends_that_page_s_feed_alone(caplog):
    sent: list[str] = []
    one = Pump(lambda session, data: sent.append(session) or True)
    one.ask("bad", lambda n: 1 / 0)
    one.ask("good", lambda n: [b""])
    until(lambda: at_rest(one))
    assert sent == ["good"] * GRANTED
    assert caplog.text.count("ZeroDivisionError") == 1


def test_a_page_at_rest_gets_nothing_more():
    sent: list[str] = []
    one = Pump(lambda session, data: sent.append(session) or True)
    one.ask("a", lambda n: [b""])
    until(lambda: sent)
    one.end("a")
    until(lambda: at_rest(one))
    assert len(sent) < GRANTED


def test_the_thread_comes_back_when_it_is_needed_again():
    sent: list[bytes] = []
    one = Pump(lambda session, data: sent.append(data) or True)
    for _ in range(3):
        one.ask("a", lambda n: [b""])
        until(lambda: at_rest(one))
    assert len(sent) == 3 * GRANTED
    assert "live-pump" not in [thread.name for thread in threading.enumerate()]


def test_a_payload_goes_to_the_session_s_page_whole_and_unread(monkeypatch):
    got: list[ForwardMsg] = []

    class Session:
        _enqueue_forward_msg = staticmethod(got.append)

    class Runtime:
        @staticmethod
        def get_app_session(session):
            return Session if session == "there" else None

    monkeypatch.setattr(sessions.runtime, "exists", lambda: True)
    monkeypatch.setattr(sessions.runtime, "get_instance", lambda: Runtime)
    draw = drawer(key="loss", height=100, title="Loss", pumped=True)
    older, newer = (draw({"data": [{"y": np.arange(3.0)}]}, "says", "alt") for _ in range(2))
    assert sessions.send("there", newer)
    assert not sessions.send("gone", newer)
    (message,) = got
    whole = message.SerializeToString()
    start = whole.index(b'{"payload":{') - 4
    read = wire.unpack(whole[start:])
    assert read["pushed"]
    assert read["caption"] == "says"
    assert read["version"] > wire.unpack(older)["version"]
    np.testing.assert_array_equal(read["figure"]["data"][0]["y"], [0, 1, 2])


def test_without_a_server_nothing_is_pumped():
    assert not sessions.send("anyone", b"")

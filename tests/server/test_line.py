"""Heavy work: one after the other, in order, and whoever waits is told; light work is not kept."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

import rnn_core
from rnn_core.config import RNNConfig
from ui import run
from ui.server import limits, waiting
from ui.server.line import KEPT, Line

SOON = 10.0  # seconds; nothing here takes one


class Holder:
    """Somebody who has a turn until told to end it."""

    def __init__(self, line, who):
        self.inside, self.end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold, args=(line, who), daemon=True)
        self.thread.start()

    def _hold(self, line, who):
        with line.turn(who, lambda ahead: None):
            self.inside.set()
            self.end.wait(SOON)

    def leave(self):
        self.end.set()
        self.thread.join(SOON)


class Gone(Exception):
    """The reader has moved on."""


def test_a_free_place_is_taken_without_a_word():
    line, told = Line(2), []
    with line.turn("a", told.append), line.turn("b", told.append):
        pass
    assert told == []


def test_who_waits_is_told_how_many_come_first_and_then_that_it_is_over():
    line = Line(1)
    first = Holder(line, "a")
    assert first.inside.wait(SOON)
    second = Holder(line, "b")
    told = []

    def tell(ahead):
        told.append(ahead)
        if ahead == 2:
            first.leave()
            assert second.inside.wait(SOON)
        if ahead == 1:
            second.leave()

    while "b" not in line._waiting:
        time.sleep(0.001)
    with line.turn("c", tell):
        inside = list(told)
    assert inside == [2, 1, None]
    second.leave()


def test_turns_come_in_the_order_of_asking():
    line, order, threads = Line(1), [], []
    first = Holder(line, "first")
    assert first.inside.wait(SOON)

    def ask(name):
        with line.turn(name, lambda ahead: None):
            order.append(name)

    for name in range(6):
        threads.append(threading.Thread(target=ask, args=(name,), daemon=True))
        threads[-1].start()
        while name not in line._waiting:
            time.sleep(0.001)
    first.leave()
    for thread in threads:
        thread.join(SOON)
    assert order == list(range(6))


def leave_after(line, who):
    """`who` asks, and is gone at the first word."""

    def tell(ahead):
        raise Gone

    with pytest.raises(Gone), line.turn(who, tell):
        raise AssertionError("it got a turn")


def test_a_reader_who_asks_anew_keeps_the_place_in_the_line():
    line = Line(1)
    holder = Holder(line, "busy")
    assert holder.inside.wait(SOON)
    leave_after(line, "early")
    late = Holder(line, "late")
    while "late" not in line._waiting:
        time.sleep(0.001)
    back = []

    def tell(ahead):
        back.append(ahead)
        holder.leave()

    with line.turn("early", tell):
        assert not late.inside.is_set()
    assert back[0] == 1  # only the one that is in: before the later one
    assert late.inside.wait(SOON)
    late.leave()


def test_who_does_not_come_back_holds_nobody_up_and_loses_the_place(monkeypatch):
    line = Line(1)
    holder = Holder(line, "busy")
    assert holder.inside.wait(SOON)
    leave_after(line, "gone")
    holder.leave()
    with line.turn("next", lambda ahead: pytest.fail("kept waiting by somebody who is gone")):
        pass
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 2 * KEPT)
    with line.turn("other", lambda ahead: None):
        assert "gone" not in line._waiting


def test_a_turn_is_given_back_when_the_work_fails_or_the_reader_leaves_at_the_door():
    line = Line(1)
    with pytest.raises(ZeroDivisionError), line.turn("a", lambda ahead: None):
        raise ZeroDivisionError
    holder = Holder(line, "busy")
    assert holder.inside.wait(SOON)

    def tell(ahead):
        if ahead is None:
            raise Gone
        holder.leave()

    with pytest.raises(Gone), line.turn("b", tell):
        raise AssertionError("it got a turn")
    with line.turn("c", lambda ahead: pytest.fail("the turn was lost")):
        pass


HEAVY = RNNConfig(hidden_size=256, seq_len=400, batch_size=40)
LIGHT = RNNConfig(hidden_size=4, seq_len=5, batch_size=2)


@pytest.fixture
def engine(monkeypatch):
    """The configs that the engine is asked for; it answers at once."""
    asked = []

    def flow(config):
        asked.append(config)
        return rnn_core.flow.gradient_flow(LIGHT)

    monkeypatch.setattr(run.rnn_core, "gradient_flow", flow)
    run._cache.clear()
    yield asked
    run._cache.clear()


def test_light_networks_pass_while_all_heavy_turns_are_taken(engine):
    assert run._work(HEAVY) > limits.HEAVY > run._work(LIGHT)
    holders = [Holder(run._heavy, f"heavy {n}") for n in range(limits.HEAVY_JOBS)]
    assert all(holder.inside.wait(SOON) for holder in holders)
    told = threading.Event()

    def tell(ahead):
        if ahead is not None:
            told.set()

    try:
        with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:
            patch.setattr(waiting, "tell", tell)
            heavy = pool.submit(run.gradient_flow, HEAVY)
            assert told.wait(SOON)
            run.gradient_flow(LIGHT)
            assert engine == [LIGHT] and not heavy.done()
            for holder in holders:
                holder.leave()
            heavy.result(SOON)
    finally:
        for holder in holders:
            holder.leave()
    assert engine == [LIGHT, HEAVY]


def test_a_class_that_opens_one_link_computes_it_once(engine, monkeypatch):
    gate = threading.Barrier(8)
    quick = run.rnn_core.gradient_flow

    def slow(config):
        time.sleep(0.05)
        return quick(config)

    monkeypatch.setattr(run.rnn_core, "gradient_flow", slow)

    def ask(_):
        gate.wait(SOON)
        return run.gradient_flow(LIGHT)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(ask, range(8)))
    assert len(engine) == 1
    assert all(result is results[0] for result in results)


def test_one_reader_is_one_and_programs_outside_a_page_are_many():
    assert waiting.who() != waiting.who()
    waiting.tell(3)  # nobody to tell
    assert "3 computations come first" in waiting.words(3)
    assert "one computation comes first" in waiting.words(1)


class Place:
    """A placeholder of Streamlit's whose calls may raise, as they do where the reader moves on."""

    def __init__(self):
        self.shows, self.error = None, None

    def html(self, body):
        self.shows = body
        if self.error:
            raise self.error

    def empty(self):
        self.shows = None


def test_a_message_goes_when_the_turn_comes_or_after_a_wait_that_was_interrupted(monkeypatch):
    place = Place()
    state = {waiting._PLACE: place, waiting._SAYS: False}
    monkeypatch.setattr(waiting, "st", SimpleNamespace(session_state=state))
    monkeypatch.setattr(waiting.sessions, "current", lambda: "a")
    assert waiting.who() == waiting.who() == "a"
    waiting.over()
    waiting.tell(2)
    assert place.shows == f'<p role="status">{waiting.words(2)}</p>'
    waiting.tell(None)
    assert place.shows is None
    place.error = Gone()
    with pytest.raises(Gone):
        waiting.tell(1)
    assert place.shows
    waiting.over()
    assert place.shows is None

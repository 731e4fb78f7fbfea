"""Background training: states, fair turns, the queue, and tabs that close, reload or are copied."""

import gc
import logging
import threading
import time
import weakref
from dataclasses import dataclass, field, replace

import pytest
from streamlit.testing.v1 import AppTest

from ui.background.rate import Rate
from ui.background.run import FINISHED, PAUSED, QUEUED, READY, RUNNING, STOPPED, Run
from ui.background.tabs import Tabs
from ui.background.turns import Turns
from ui.server import limits

OBEYED = 0.2  # seconds that a Stop or Pause may take
PATIENCE = 60.0  # seconds for what takes a part of one: the machine may be busy


@dataclass(frozen=True)
class Config:
    steps: int = 1_000_000
    learning_rate: float = 0.1
    seconds: float = 0.001  # of one update
    breaks_at: int | None = None  # the update at which a number is no longer finite
    raises_at: int | None = None


@dataclass(frozen=True, eq=False)
class FakeRecord:
    steps: int
    rows: memoryview = field(default_factory=lambda: memoryview(bytes(8)))  # 8 bytes


class FakeTrainer:
    """Has what a Run asks of a Trainer; an update is a short sleep, without Python's lock."""

    def __init__(self, config: Config) -> None:
        self.config, self.updates, self.event = config, 0, None
        self.history, self.seen, self.inside = self, [], 0

    @property
    def done(self) -> bool:
        return self.event is not None or self.updates >= self.config.steps

    def step(self) -> bool:
        if self.done:
            return False
        self.inside += 1
        assert self.inside == 1, "two threads make updates of one trainer"
        time.sleep(self.config.seconds)
        self.updates += 1
        self.inside -= 1
        self.seen.append(self.config.learning_rate)
        if self.updates == self.config.raises_at:
            raise ZeroDivisionError("on purpose")
        if self.updates == self.config.breaks_at:
            self.event = ("loss", self.updates)
        return True

    def change(self, **live) -> None:
        if live.get("learning_rate", 1) <= 0:
            raise ValueError(f"learning_rate must be above 0, got {live['learning_rate']}")
        self.config = replace(self.config, **live)

    def read(self) -> FakeRecord:
        return FakeRecord(self.updates)

    def predict(self) -> int:
        assert not self.inside, "a prediction in the middle of an update"
        return self.updates


def wait_until(claim, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.005)


def workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("training")]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """Every test ends without a worker or watcher of its own; another file's may still end."""
    before = set(workers())
    yield
    wait_until(lambda: set(workers()) <= before)


@pytest.fixture
def turns():
    return Turns()


@pytest.fixture
def make_run(turns):
    """Makes runs that end with the test."""
    made = []

    def make(turns=turns, **settings) -> Run:
        made.append(Run(Config(**settings), turns, FakeTrainer))
        return made[-1]

    yield make
    for run in made:
        run.stop()


# -- states


def test_a_run_goes_from_ready_to_finished_and_reset_begins_again(make_run):
    run = make_run(steps=5)
    assert (run.state, run.steps, run.begun) == (READY, 0, False)
    run.start()
    wait_until(lambda: run.state == FINISHED)
    assert run.steps == 5 and run.read().steps == 5
    run.start()
    assert run.state == FINISHED
    run.reset()
    assert (run.state, run.steps, run.read().steps) == (READY, 0, 0)


def test_a_paused_run_rests_and_goes_on_where_it_was(make_run, turns):
    run = make_run()
    run.start()
    wait_until(lambda: run.steps > 3)
    run.pause()
    wait_until(lambda: turns.threads == 0)  # at rest it holds no thread
    rested = run.steps
    time.sleep(0.05)
    assert (run.state, run.steps) == (PAUSED, rested)
    run.start()
    wait_until(lambda: run.steps > rested)
    assert run.trainer.updates >= run.steps > rested


@pytest.mark.parametrize("order", ["pause", "stop"])
def test_an_order_is_obeyed_after_the_update_under_way_even_a_slow_one(make_run, order):
    """Updates of 100 ms; the loaded machine of a test gets three times the 200 ms."""
    run = make_run(seconds=0.1)
    run.start()
    wait_until(lambda: run.steps >= 1)
    told = time.monotonic()
    getattr(run, order)()
    assert time.monotonic() - told < OBEYED / 2  # the caller does not wait for the update
    wait_until(lambda: not workers(), seconds=3 * OBEYED)
    made = run.trainer.updates
    time.sleep(0.15)
    assert run.trainer.updates == made == run.steps


def test_a_single_step_is_made_on_return_and_is_only_one(make_run):
    run = make_run()
    run.step_once()
    assert run.steps == 1 and run.state == READY and run.begun
    run.start()
    wait_until(lambda: run.steps > 3)
    run.pause()
    wait_until(lambda: not workers())
    before = run.steps
    run.step_once()
    assert run.steps == before + 1 and run.state == PAUSED


def test_a_single_step_may_be_the_last(make_run):
    run = make_run(steps=1)
    run.step_once()
    assert run.state == FINISHED


def test_an_event_stops_the_run_and_is_shown(make_run):
    run = make_run(breaks_at=3)
    run.start()
    wait_until(lambda: run.state == STOPPED)
    assert run.event == ("loss", 3) and run.error is None


def test_an_exception_ends_one_run_and_the_worker_lives_on(make_run, caplog):
    broken, healthy = make_run(raises_at=3), make_run()
    with caplog.at_level(logging.ERROR):
        broken.start()
        healthy.start()
        wait_until(lambda: broken.state == STOPPED)
    number = broken.error.split("number ")[1].split()[0]
    assert number in caplog.text and "on purpose" in caplog.text
    assert "on purpose" not in broken.message and broken.message == broken.error
    now = healthy.steps
    wait_until(lambda: healthy.steps > now)


def test_a_trainer_that_cannot_be_made_stops_its_run_with_a_message(turns):
    def refuse(config):
        raise RuntimeError("no such thing")

    run = Run(Config(), turns, refuse)
    run.start()
    wait_until(lambda: run.state == STOPPED)
    assert "number" in run.message


def test_a_live_change_reaches_the_trainer_and_a_bad_one_the_caller(make_run):
    run = make_run()
    run.start()
    wait_until(lambda: run.steps > 2)
    run.change(learning_rate=0.5)
    changed = run.trainer.updates
    wait_until(lambda: run.trainer.updates > changed + 2)
    assert run.trainer.seen[0] == 0.1 and run.trainer.seen[-1] == 0.5
    assert run.config.learning_rate == 0.5
    with pytest.raises(ValueError, match=r"learning_rate .* -1"):
        run.change(learning_rate=-1)
    assert run.state == RUNNING


def test_more_updates_let_a_finished_run_go_on(make_run):
    run = make_run(steps=3)
    run.start()
    wait_until(lambda: run.state == FINISHED)
    run.change(steps=6)
    assert run.state == PAUSED
    run.start()
    wait_until(lambda: run.state == FINISHED)
    assert run.steps == 6


def test_differs_tells_live_changes_from_those_that_need_a_new_start(make_run):
    run = make_run()
    other = Config(learning_rate=0.2, seconds=0.5)
    assert run.differs(other, live=("learning_rate",)) == ({"learning_rate": 0.2}, ["seconds"])


def test_a_reset_in_the_middle_of_an_update_does_not_count_it(make_run):
    run = make_run(seconds=0.05)
    run.start()
    wait_until(lambda: run.steps >= 1)
    old = run.trainer
    run.reset()
    run.start()
    wait_until(lambda: run.steps >= 3)
    assert run.trainer is not old and run.trainer.updates in (run.steps, run.steps + 1)
    made = old.updates
    time.sleep(0.06)
    assert old.updates == made


@pytest.mark.parametrize("order", ["reset", "stop", "pause"])
def test_no_update_follows_an_order_given_while_the_trainer_is_made(turns, order):
    """PyTorch takes a second to import: time enough to change one's mind."""
    making, go_on = threading.Event(), threading.Event()
    made = []

    def make(config):
        making.set()
        assert go_on.wait(PATIENCE)
        made.append(FakeTrainer(config))
        return made[-1]

    run = Run(Config(), turns, make)
    run.start()
    assert making.wait(PATIENCE)
    getattr(run, order)()
    go_on.set()
    wait_until(lambda: not workers())
    assert run.steps == 0 and not any(trainer.updates for trainer in made)


def test_the_version_moves_with_the_news_and_a_reading_is_reused_without(make_run):
    run = make_run()
    run.step_once()
    version, record = run.version, run.read()
    assert run.read() is record and run.version == version
    run.step_once()
    assert run.version != version and run.read() is not record


def test_a_prediction_is_made_between_two_updates(make_run):
    run = make_run(seconds=0.01)
    assert run.predict() == 0 and run.predict() == 0
    run.start()
    wait_until(lambda: (run.predict() or 0) > 2)
    run.pause()
    wait_until(lambda: run.predict() == run.steps)
    assert run.state == PAUSED


def test_a_prediction_of_a_run_that_is_reset_meanwhile_is_forgotten(make_run):
    run = make_run()
    run.step_once()
    run.trainer.predict = lambda: run.reset() or "by the old weights"
    assert run.predict() is None


def test_nobody_takes_a_run_whose_weights_are_being_read(make_run):
    turns = Turns(workers=0)
    run = make_run(turns)
    run.step_once()
    assert run in turns._line
    with turns.between_updates(run) as free:
        assert free and run not in turns._line
    assert run in turns._line  # it still owes a step


def test_a_pace_is_kept(make_run):
    """50 updates/s for half a second are 25, with what may be caught up on."""
    run = make_run(seconds=0.0)
    run.speed = 50
    run.start()
    time.sleep(0.5)
    run.pause()
    assert 5 <= run.steps <= 25 + 13
    with pytest.raises(ValueError, match=r"speed .* 0"):
        run.speed = 0


def test_a_paced_run_that_was_held_up_catches_up_on_a_moment_only(make_run):
    run = make_run(seconds=0.0)
    run.speed = 50
    began = time.monotonic()
    run.start()
    run.due -= 10.0
    time.sleep(0.3)
    run.pause()
    assert 5 <= run.steps <= 50 * (time.monotonic() - began + 0.25) + 2


def test_the_rate_is_that_of_the_last_two_seconds():
    rate = Rate()
    assert rate.per_second is None
    for tick in range(1001):  # 10 s at 100/s
        rate.note(tick / 100, tick)
    for tick in range(1, 301):  # 3 s at 10/s
        rate.note(10 + tick / 100, 1000 + tick // 10)
    assert rate.per_second == pytest.approx(10, rel=0.1)


def test_progress_tells_the_time_left(make_run):
    run = make_run(steps=100_000)
    assert run.progress.seconds_left is None
    run.start()
    wait_until(lambda: run.steps > 50)
    progress = run.progress
    left = (progress.budget - progress.steps) / progress.rate
    assert progress.budget == 100_000 and progress.seconds_left == pytest.approx(left)


# -- turns


def test_three_runs_make_updates_within_two_to_one(make_run):
    runs = [make_run() for _ in range(3)]
    for run in runs:
        run.start()
    wait_until(lambda: sum(run.steps for run in runs) > 600)
    counts = sorted(run.steps for run in runs)
    assert counts[-1] <= 2 * counts[0], counts
    assert len([t for t in workers() if t.name != "training-watch"]) <= limits.WORKERS


def test_a_run_of_slow_updates_does_not_starve_the_quick_ones(make_run):
    slow, quick = make_run(seconds=0.1), make_run()
    slow.start()
    quick.start()
    wait_until(lambda: slow.steps >= 3)
    assert quick.steps >= 5


def test_two_workers_never_take_the_same_run(make_run):
    """The fake trainer fails if two threads are inside it."""
    turns = Turns(workers=2, turn=0.002)
    runs = [make_run(turns, seconds=0.005) for _ in range(2)]
    for _ in range(20):
        for run in runs:
            run.start()
            time.sleep(0.003)  # in the middle of an update
            run.pause()
            run.start()
        time.sleep(0.003)
        for run in runs:
            run.pause()
            run.step_once()
    assert all(run.state == PAUSED for run in runs), [run.message for run in runs]


def test_who_finds_no_room_waits_and_is_told_how_many_are_before(make_run):
    turns = Turns(running=2)
    runs = [make_run(turns) for _ in range(5)]
    for run in runs:
        run.start()
    assert [run.state for run in runs] == [RUNNING] * 2 + [QUEUED] * 3
    assert [run.ahead for run in runs[2:]] == [0, 1, 2]
    assert runs[4].message == "queued, 2 before you"
    assert runs[4].steps == 0
    runs[3].stop()
    assert runs[4].message == "queued, 1 before you"
    runs[0].pause()
    assert [run.state for run in runs] == [PAUSED, RUNNING, RUNNING, STOPPED, QUEUED]
    runs[1].stop()
    wait_until(lambda: runs[4].steps > 0)


def test_a_long_run_makes_room_for_those_who_wait(make_run):
    turns = Turns(running=1, turn=0.005, slot=0.05)
    runs = [make_run(turns) for _ in range(3)]
    for run in runs:
        run.start()
    wait_until(lambda: all(run.steps > 5 for run in runs))


# -- tabs


class Sessions:
    """Who is connected, as the test says."""

    def __init__(self) -> None:
        self.open: set[str] = set()

    def connected(self, session: str, last_heard: float) -> bool:
        return session in self.open


@pytest.fixture
def sessions():
    return Sessions()


@pytest.fixture
def tabs(turns, sessions):
    tabs = Tabs(turns, FakeTrainer, sessions.connected)
    yield tabs
    tabs.close()


def begin(tabs, sessions, token="a", session="first") -> Run:
    """A run under way in a tab of that session."""
    sessions.open.add(session)
    run = tabs.run(token, session, Config(), "main")
    run.start()
    wait_until(lambda: run.steps > 0)
    return run


def test_a_run_that_has_not_begun_follows_the_settings(tabs, sessions):
    sessions.open.add("s")
    run = tabs.run("a", "s", Config(), "main")
    assert tabs.run("a", "s", Config(learning_rate=0.3), "main") is run
    assert run.config.learning_rate == 0.3
    run.step_once()
    assert tabs.run("a", "s", Config(learning_rate=0.7), "main").config.learning_rate == 0.3
    with pytest.raises(ValueError, match=f"at most {limits.RUNS_PER_TAB}"):
        for name in ("second", "third", "fourth"):
            tabs.run("a", "s", Config(), name)


def test_a_closed_tab_stops_the_thread_and_frees_the_memory(tabs, sessions, monkeypatch):
    """By the real watching thread, with its times shortened."""
    monkeypatch.setattr(limits, "WATCH", 0.02)
    monkeypatch.setattr(limits, "GRACE", 0.1)
    monkeypatch.setattr(limits, "FORGOTTEN", 0.4)
    run = begin(tabs, sessions)
    time.sleep(0.2)
    assert run.state == RUNNING
    sessions.open.clear()
    wait_until(lambda: run.state == PAUSED)
    assert len(tabs) == 1 and run.away
    wait_until(lambda: len(tabs) == 0)
    wait_until(lambda: not workers())
    assert run.state == STOPPED


def test_nothing_of_a_forgotten_run_stays_in_memory(tabs, sessions):
    """Even while a page's script still has the run among its variables."""
    run = begin(tabs, sessions)
    tabs.keep("a", run, "kept")
    left = [weakref.ref(kept) for kept in (run.trainer, run.read(), tabs.kept("a")[0].record)]
    sessions.open.clear()
    tabs.look(now=0.0)
    tabs.look(now=limits.FORGOTTEN + 1)
    wait_until(lambda: not any(t.name != "training-watch" for t in workers()))
    gc.collect()
    assert [ref() for ref in left] == [None] * 3
    assert run.state == STOPPED


def test_a_tab_that_is_back_in_time_goes_on_by_itself(tabs, sessions):
    run = begin(tabs, sessions)
    sessions.open.clear()
    tabs.look(now=0.0)
    tabs.look(now=limits.GRACE - 0.1)
    assert run.state == RUNNING  # a reload or a moment without network
    tabs.look(now=limits.GRACE + 0.1)
    assert run.state == PAUSED
    sessions.open.add("first")
    tabs.look(now=limits.GRACE + 1)
    assert run.state == RUNNING
    # Its tab may come back between the look and the order that follows it.
    run.left_alone()
    assert run.state == PAUSED
    tabs.look(now=limits.GRACE + 2)
    assert run.state == RUNNING
    # One that its reader paused stays so.
    run.pause()
    sessions.open.clear()
    tabs.look(now=100.0)
    tabs.look(now=101.0 + limits.GRACE)
    sessions.open.add("first")
    tabs.look(now=102.0 + limits.GRACE)
    assert run.state == PAUSED


def test_a_queued_run_of_a_closed_tab_leaves_the_queue(sessions):
    tabs = Tabs(Turns(running=1), FakeTrainer, sessions.connected)
    first = begin(tabs, sessions)
    sessions.open.add("second")
    queued = tabs.run("b", "second", Config(), "main")
    queued.start()
    assert queued.state == QUEUED
    sessions.open.discard("second")
    tabs.look(now=0.0)
    tabs.look(now=limits.GRACE + 1)
    assert queued.state == PAUSED and first.state == RUNNING
    tabs.close()


def test_the_session_after_a_reload_adopts_the_run_and_the_old_one_loses_it(tabs, sessions):
    run = begin(tabs, sessions)
    sessions.open = {"second"}
    assert tabs.take_over("a", "second", reloaded=False)
    assert tabs.run("a", "second", Config(), "main") is run and run.state == RUNNING
    assert tabs.owns("a", "second") and not tabs.owns("a", "first")


def test_a_reload_is_believed_before_the_server_has_missed_the_old_session(tabs, sessions):
    run = begin(tabs, sessions)
    sessions.open.add("second")
    assert tabs.take_over("a", "second", reloaded=True)
    assert tabs.run("a", "second", Config(), "main") is run


def test_a_duplicated_tab_does_not_steer_the_run_of_the_one_still_open(tabs, sessions):
    run = begin(tabs, sessions)
    sessions.open.add("copy")
    assert not tabs.take_over("a", "copy", reloaded=False)
    assert tabs.owns("a", "first") and not tabs.owns("a", "copy")
    assert run.state == RUNNING
    assert not tabs.take_over("unknown", "copy", reloaded=True)


def test_adoption_resumes_a_run_that_was_left_alone(tabs, sessions):
    run = begin(tabs, sessions)
    sessions.open.clear()
    tabs.look(now=0.0)
    tabs.look(now=limits.GRACE + 1)
    assert run.state == PAUSED
    sessions.open.add("second")
    assert tabs.take_over("a", "second", reloaded=True)
    assert run.state == RUNNING


def test_kept_runs_are_frozen_bounded_and_survive_a_reload(tabs, sessions, monkeypatch):
    run = begin(tabs, sessions)
    kept = tabs.keep("a", run, "as it was")
    assert (kept.title, kept.number) == ("as it was", 1)
    steps = kept.record.steps
    wait_until(lambda: run.steps > steps + 2)
    assert tabs.kept("a")[0].record.steps == steps
    for number in range(2, limits.MAX_KEPT + 1):
        assert tabs.keep("a", run, "another").number == number
    with pytest.raises(ValueError, match=f"at most {limits.MAX_KEPT} runs"):
        tabs.keep("a", run, "one too many")
    tabs.remove_kept("a", 1)
    assert tabs.keep("a", run, "again").number == limits.MAX_KEPT + 1
    sessions.open = {"second"}
    tabs.take_over("a", "second", reloaded=True)
    assert len(tabs.kept("a")) == limits.MAX_KEPT
    tabs.remove_kept("a", 2)
    # What is kept already would fit, the next one would not.
    monkeypatch.setattr(limits, "KEPT_BYTES", sum(kept.nbytes for kept in tabs.kept("a")) + 7)
    with pytest.raises(ValueError, match="keeps at most"):
        tabs.keep("a", run, "no memory left")


# -- the page's side, and the real trainer


def page_of_a_run() -> None:
    import streamlit as st

    from rnn_core.training.config import TrainConfig
    from ui import background

    background.enter()
    config = TrainConfig(task="first_bit_3", length=3, hidden_size=4, steps=40)
    run = background.mine(config)
    st.button("start", on_click=lambda: background.mine(config).start())
    st.text(f"{run.state} {run.steps}")


@pytest.fixture
def server_runs():
    """The process's own runs; none is left behind."""
    from ui import background

    yield background
    background.TABS.close()


def test_a_page_starts_the_real_trainer_and_reads_its_record(server_runs):
    app = AppTest.from_function(page_of_a_run, default_timeout=30).run()
    assert app.text[0].value == "ready 0"
    app.button[0].click().run()
    (tab,) = server_runs.TABS._tabs.values()
    run = tab.runs["main"]
    wait_until(lambda: not run.active, seconds=30)
    assert run.state == FINISHED, run.message
    assert run.read().steps == 40 and len(run.read()) == 40
    assert run.predict().y.shape[1] == run.predict().batch.target.shape[1]
    app.run()
    assert app.text[0].value == "finished 40"


def test_a_page_after_a_reload_has_the_run_from_before(server_runs, monkeypatch):
    """Two sessions, the second with the claim that the browser of the first would send."""
    current = "before"
    monkeypatch.setattr(server_runs.presence, "session", lambda: current)
    before = AppTest.from_function(page_of_a_run, default_timeout=30).run()
    before.button[0].click().run()
    token = before.session_state["training_token"]
    claim = {"token": token, "at": "1", "reloaded": True, "linked": False}

    current = "after"
    after = AppTest.from_function(page_of_a_run, default_timeout=30).run()
    assert after.text[0].value == "ready 0"
    after.session_state["live_tab"] = {"claim": claim}
    after.run()
    assert after.session_state["training_token"] == token
    assert not after.text[0].value.startswith("ready")
    assert len(server_runs.TABS) == 1

    current = "before"  # should the old page still be somewhere, its session begins anew
    before.run()
    assert before.session_state["training_token"] != token
    assert before.text[0].value == "ready 0"

"""History: bounded whatever the length of a run, honest about what it leaves out."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.training.history import CAPACITY, COLUMNS, STATE_CAPACITY, History


def row(n: int, **more: float) -> dict:
    return dict.fromkeys(COLUMNS, 0.0) | {"step": n, "val_accuracy": np.nan} | more


def filled(updates: int, seq_len: int = 3) -> History:
    history = History(seq_len)
    for n in range(1, updates + 1):
        history.add(
            np.full(seq_len, 10.0 ** -(n % 100)), **row(n, loss=1.0 / n, norm_before=float(n % 7))
        )
    return history


@settings(max_examples=12, deadline=None)
@given(updates=st.integers(0, 5 * CAPACITY))
def test_a_history_is_bounded_and_its_rows_are_evenly_spaced(updates):
    record = filled(updates).read()
    assert len(record) <= CAPACITY
    assert len(record.state_steps) <= STATE_CAPACITY
    assert record.step.tolist() == list(range(1, updates + 1, record.every))
    assert record.state_steps.tolist() == list(range(1, updates + 1, record.state_every))
    np.testing.assert_allclose(record.loss, 1.0 / record.step)
    np.testing.assert_allclose(record.state_norms[:, 0], -(record.state_steps % 100), rtol=1e-6)
    assert all(len(getattr(record, name)) == len(record) for name in COLUMNS)


def test_nothing_is_left_out_before_it_is_full():
    assert filled(CAPACITY).read().every == 1
    assert filled(CAPACITY + 1).read().every == 2


def test_totals_count_every_update_recorded_or_not():
    history = History(1)
    updates = 3 * CAPACITY
    for n in range(1, updates + 1):
        odd_one = n in (CAPACITY + 2, CAPACITY + 4)  # rows that thinning drops
        history.add(
            np.ones(1),
            **row(n, loss=-5.0 if odd_one else 1.0, norm_before=9.0 if odd_one else 1.0)
            | {"clipped": n % 3 == 0, "val_accuracy": 0.75 if odd_one else np.nan},
        )
    record = history.read()
    assert CAPACITY + 2 not in record.step
    assert record.steps == updates
    assert record.clipped_steps == updates // 3
    assert (record.largest_norm, record.largest_norm_step) == (9.0, CAPACITY + 2)
    assert record.smallest_loss == -5.0
    assert record.best_accuracy == 0.75


def test_memory_is_bounded():
    history = filled(2 * CAPACITY, seq_len=1000)
    assert history.nbytes < 4 * STATE_CAPACITY * 1000 + 8 * 16 * CAPACITY


def test_a_norm_of_zero_is_minus_infinity_and_what_is_not_there_is_nan():
    history = History(4)
    history.add(np.array([0.0, 1e-3]), **row(1))
    assert history.read().state_norms[0].tolist() == pytest.approx(
        [-np.inf, -3.0, np.nan, np.nan], nan_ok=True
    )


def test_a_reading_does_not_change_with_what_is_written_later():
    history = filled(5)
    before = history.read()
    losses = before.loss.copy()
    for n in range(6, CAPACITY + 10):
        history.add(np.ones(3), **row(n, loss=7.0))
    np.testing.assert_array_equal(before.loss, losses)


def test_it_can_be_read_while_it_is_written():
    history, stop, broken = History(3), threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            record = history.read()
            whole = np.allclose(record.loss * record.step, 1.0)
            if not whole or record.step.tolist() != list(range(1, record.steps + 1, record.every)):
                broken.append(record)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(1, 2 * CAPACITY):
        history.add(np.ones(3), **row(n, loss=1.0 / n))
    stop.set()
    reader.join()
    assert not broken
    assert history.version == 2 * CAPACITY - 1

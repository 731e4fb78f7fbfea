"""Tasks: what is asked is what the answer says, and the baselines are what no memory can beat."""

import math
import pickle
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.tasks import TASKS, problem
from rnn_core.tasks.copy import COPIED
from rnn_core.tasks.problem import VALIDATION_SIZE

SAMPLE_TEXT = "Once upon a midnight dreary, while I pondered, weak and weary, over many a quaint"
seeds = st.integers(0, 2**32 - 1)


def made(name, length=None):
    return problem(name, length or TASKS[name].default_length, SAMPLE_TEXT)


# Those with a slow definition below; what a text asks is what comes next.
TOLD = ("first_bit", "first_bit_3", "parity", "temporal_order", "copy", "adding")
CHARACTERS = [name for name in TASKS if made(name).characters]
SHORT = [name for name in TASKS if name not in CHARACTERS]


@st.composite
def problems(draw, names=tuple(TASKS)):
    name = draw(st.sampled_from(list(names)))
    low, high = TASKS[name].lengths
    return problem(name, draw(st.integers(low, min(high, 70))), SAMPLE_TEXT)


# -- one slow definition of each task, on what a page would print of x


def answer(p, x):
    """What has to be said of one sequence x (T, I): the classes by name, or a number."""
    seen = p.written(x)
    if p.task in ("first_bit", "first_bit_3"):
        return [seen[0]]
    if p.task == "parity":
        assert seen[3:] == ["·"] * p.length
        return ["1" if seen[:3].count("1") in (1, 3) else "0"]
    if p.task == "temporal_order":
        return [" ".join(s for s in seen if s in "XY")]
    if p.task == "copy":
        assert seen[10:] == ["·"] * (p.length - 1) + ["|"] + ["·"] * 10
        return ["·"] * (p.length + 10) + seen[:10]
    if p.task == "adding":
        return [sum(value for value, marker in x if marker)]
    raise AssertionError(p.task)


@given(problems(TOLD), st.integers(1, 9), seeds)
def test_the_target_is_what_the_question_asks(p, batch_size, seed):
    batch = p.draw(np.random.default_rng(seed), batch_size)
    for b in range(batch_size):
        asked, said = answer(p, batch.x[:, b]), batch.target[:, b]
        if p.loss == "squared_error":
            assert said[:, 0] == pytest.approx(asked, rel=1e-15)
        else:
            assert [p.classes[i] for i in said] == asked


@given(problems(CHARACTERS), st.integers(1, 9), seeds)
def test_the_target_of_a_character_is_the_next_one_in_the_text(p, batch_size, seed):
    batch = p.draw(np.random.default_rng(seed), batch_size)
    assert (batch.target[:-1] == batch.x[1:].argmax(axis=2)).all()
    if p.task == "pasted":
        for b in range(batch_size):
            window = "".join(p.written(batch.x[:, b])) + p.classes[batch.target[-1, b]]
            assert window in SAMPLE_TEXT


@given(problems(), st.integers(1, 64), seeds)
def test_a_batch_has_the_shape_that_the_problem_states(p, batch_size, seed):
    batch = p.draw(np.random.default_rng(seed), batch_size)
    assert batch.x.shape == (p.seq_len, batch_size, p.input_size)
    assert batch.x.dtype == np.float64 and len(p.classes) == p.output_size
    shape = (p.loss_steps, batch_size)
    if p.loss == "squared_error":
        assert batch.target.shape == (*shape, p.output_size) and batch.target.dtype == np.float64
    else:
        assert batch.target.shape == shape and batch.target.dtype == np.int64
        assert batch.target.min() >= 0 and batch.target.max() < p.output_size
    assert p.loss_steps in (1, p.seq_len) and 1 <= p.scored_steps <= p.loss_steps
    if p.encoding == "one_hot":
        assert len(p.symbols) == p.input_size
        assert (np.sort(batch.x, axis=2)[..., -1] == 1).all() and (batch.x.sum(axis=2) == 1).all()


@given(problems(), st.integers(1, 20), seeds)
def test_a_batch_is_decided_by_the_generator_the_length_and_the_batch_size(p, batch_size, seed):
    again = problem(p.task, p.length, SAMPLE_TEXT)
    one = p.draw(np.random.default_rng(seed), batch_size)
    two = again.draw(np.random.default_rng(seed), batch_size)
    assert (one.x == two.x).all() and (one.target == two.target).all()


@given(problems(), seeds)
def test_validation_is_fixed_and_no_draw_of_training_changes_it(p, seed):
    before = p.validation(seed)
    p.draw(np.random.default_rng(seed), 5)
    after = p.validation(seed)
    assert (before.x == after.x).all() and (before.target == after.target).all()
    assert before.x.shape[1] <= VALIDATION_SIZE


@pytest.mark.parametrize("name", [n for n in SHORT if made(n).checks is None])
def test_validation_is_another_stream_than_training(name):
    p = made(name)
    for seed in range(5):
        held = p.validation(seed)
        same = p.draw(np.random.default_rng(seed), VALIDATION_SIZE)
        assert held.x.shape == same.x.shape and (held.x != same.x).any()
        assert (held.x != p.validation(seed + 1).x).any()


def test_all_eight_strings_validate_the_three_bits():
    held = made("first_bit_3").validation(0)
    strings = ["".join(made("first_bit_3").written(held.x[:, b])) for b in range(8)]
    assert strings == [f"{n:03b}" for n in range(8)]
    told = dict(zip(strings, held.target[0], strict=True))
    assert told["101"] == 1 and told["001"] == 0 and told["000"] == 0 and told["111"] == 1


def test_what_is_to_be_remembered_is_where_it_should_be():
    rng = np.random.default_rng(0)
    order, places = made("temporal_order", 100).draw(rng, 4000).x, []
    for b in range(4000):
        places.append(np.flatnonzero(order[:, b, :2].any(axis=1)))
    first, second = np.array(places).T
    assert (first.min(), first.max(), second.min(), second.max()) == (10, 20, 50, 60)
    for length in (4, 5, 31):
        marked = made("adding", length).draw(rng, 4000).x[:, :, 1]
        assert (marked.sum(axis=0) == 2).all() and (marked[: length // 2].sum(axis=0) == 1).all()
        assert set(np.flatnonzero(marked.any(axis=1))) == set(range(length - 1))


# -- baselines


def without_memory(p, learned, scored, *, clock):
    """Loss and accuracy, on one batch, of a table of what followed each x_t (and t) in another."""
    K, table = p.loss_steps, defaultdict(Counter)

    def pairs(batch):
        for t in range(K):
            for x, target in zip(batch.x[t - K], batch.target[t], strict=True):
                yield t, (x.tobytes(), t if clock else None), int(target)

    for _, key, target in pairs(learned):
        table[key][target] += 1
    losses, right = [], []
    for t, key, target in pairs(scored):
        counts = table[key]
        losses.append(-math.log(counts[target] / counts.total()))
        if t >= K - p.scored_steps:
            right.append(counts.most_common(1)[0][0] == target)
    return np.mean(losses), np.mean(right)


@pytest.mark.parametrize("name", ["first_bit_3", "first_bit", "parity", "temporal_order", "copy"])
def test_the_baseline_is_the_optimum_of_who_sees_the_step_and_its_input(name):
    p = made(name, TASKS[name].lengths[0])
    learned, scored = (p.draw(np.random.default_rng(seed), 4000) for seed in (1, 2))
    loss, right = without_memory(p, learned, scored, clock=True)
    assert loss == pytest.approx(p.baseline, rel=0.005)
    share = p.baseline_accuracy
    noise = math.sqrt(share * (1 - share) / (4000 * p.scored_steps))
    assert right == pytest.approx(share, abs=4 * noise)


def test_the_baseline_of_all_eight_strings_is_exact():
    p = made("first_bit_3")
    eight = p.validation(0)
    assert without_memory(p, eight, eight, clock=True) == (pytest.approx(p.baseline), 0.5)


@pytest.mark.parametrize("length", [1, 10, 980])
def test_the_baseline_of_copy_is_the_papers(length):
    assert problem("copy", length).baseline == pytest.approx(10 * math.log(8) / (length + 20))
    assert problem("copy", length).scored_steps == COPIED


@pytest.mark.parametrize("length", [4, 30])
def test_the_baseline_of_adding_is_the_variance_of_the_sum_whatever_the_last_value(length):
    batch = made("adding", length).draw(np.random.default_rng(3), 60_000)
    last, total = batch.x[-1], batch.target[0, :, 0]
    assert not last[:, 1].any()
    bins = np.minimum((last[:, 0] * 10).astype(int), 9)
    means = np.bincount(bins, total) / np.bincount(bins)
    error = ((total - means[bins]) ** 2).mean()
    assert error == pytest.approx(made("adding").baseline, rel=0.015)
    assert made("adding").baseline == pytest.approx(1 / 6)


@settings(max_examples=25)
@given(st.text("abc", min_size=40, max_size=60), st.integers(2, 39))
def test_the_baseline_of_a_text_counts_what_follows_in_all_windows(text, length):
    if len(set(text)) < 2:
        return
    p = problem("pasted", length, text)
    starts = range(len(text) - length)
    one = [(text[s + t], text[s + t + 1]) for s in starts for t in range(length)]
    two = [(text[s + t - 1 : s + t + 1], text[s + t + 1]) for s in starts for t in range(1, length)]
    loss, share = by_counting(one)
    assert p.baseline == pytest.approx(loss, rel=1e-12, abs=1e-15)
    assert p.baseline_accuracy == pytest.approx(share, rel=1e-12)
    assert p.solved_by == "accuracy" and not p.held_out
    assert p.solved_at == pytest.approx(0.99 * by_counting(two)[1], rel=1e-12)


def by_counting(pairs):
    table = defaultdict(Counter)
    for context, follower in pairs:
        table[context][follower] += 1
    loss = -sum(math.log(table[c][f] / table[c].total()) for c, f in pairs) / len(pairs)
    return loss, sum(max(t.values()) for t in table.values()) / len(pairs)


@pytest.mark.parametrize("length", [2, 13, 26, 31])
def test_hello_world_is_decided_by_two_characters_and_not_by_one(length):
    p = problem("hello", length)
    assert p.baseline == pytest.approx((3 * math.log(3) + 4 * math.log(2)) / 13)
    assert p.baseline_accuracy == pytest.approx(9 / 13) and p.solved_at == 0.99
    held = p.validation(0)
    strings = {"".join(p.written(held.x[:, b])) for b in range(held.x.shape[1])}
    assert len(strings) == 13 and all(s in "hello world! " * 4 for s in strings)


@pytest.mark.parametrize("name", ["hello", "text"])
def test_the_baseline_of_a_text_is_that_of_its_batches(name):
    p = made(name)
    batch = p.draw(np.random.default_rng(5), 2000)
    loss, _ = without_memory(p, batch, batch, clock=False)
    assert loss == pytest.approx(p.baseline, rel=0.01)


# -- solved, limits, messages


@pytest.mark.parametrize("name", TASKS)
def test_a_baseline_does_not_solve_a_task_and_perfection_does(name):
    p = made(name)
    accuracy = math.nan if p.baseline_accuracy is None else p.baseline_accuracy
    assert not p.solved(p.baseline + 1e-9, accuracy)
    assert p.solved(0.0, 1.0)
    assert not p.solved(math.nan, math.nan)
    assert p.solved_by in ("accuracy", "loss")


@pytest.mark.parametrize("name", TASKS)
def test_every_task_says_what_it_asks_and_where_it_is_from(name):
    task, p = TASKS[name], made(name)
    assert task.question.endswith("?") and task.source and task.label and task.length_label
    assert task.lengths[0] <= task.default_length <= task.lengths[1]
    assert task.loss == p.loss and p.task == name and p.length == task.default_length
    assert p.seq_len <= 1000 and p.input_size <= 64 and p.output_size <= 64  # RNNConfig's
    assert problem(name, task.lengths[1], SAMPLE_TEXT * 3).seq_len <= 1000
    assert problem(name, task.lengths[0], SAMPLE_TEXT).seq_len >= 2


@pytest.mark.parametrize("name", TASKS)
def test_a_length_outside_the_limits_is_named_with_them(name):
    low, high = TASKS[name].lengths
    for bad in (low - 1, high + 1):
        with pytest.raises(ValueError, match=f"length must be from {low} to {high} .* got {bad}"):
            problem(name, bad, SAMPLE_TEXT)
    for bad in (True, 30.0, "30", None):
        with pytest.raises(TypeError, match="length must be a whole number"):
            problem(name, bad, SAMPLE_TEXT)


def test_an_unknown_task_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"task must be one of first_bit_3, .* got 'sorting'"):
        problem("sorting", 3)


def test_a_numpy_length_is_the_same_length():
    assert type(problem("adding", np.int64(30)).length) is int


def test_a_problem_can_go_to_another_process():
    p = pickle.loads(pickle.dumps(made("pasted")))
    assert (p.validation(1).x == made("pasted").validation(1).x).all()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("parity", ["0", "1", "·"]), ("copy", ["A", "·", "|"]), ("hello", ["h", " ", "!"])],
)
def test_a_sequence_can_be_written_out(name, shown):
    p = made(name)
    seen = {s for b in range(8) for s in p.written(p.validation(0).x[:, b])}
    assert set(shown) <= seen <= set(p.symbols)


def test_marked_numbers_are_written_with_a_star():
    written = made("adding").written(np.array([[0.25, 0.0], [0.5, 1.0]]))
    assert written == ["0.25", "0.50*"]

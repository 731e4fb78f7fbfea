"""Predict, then reveal: the score of an answer, and that nothing tells it before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import VERDICTS
from tests.tools.on_page import config_of, html, open_app, payloads
from ui.gradient_flow import quiz_words as words
from ui.gradient_flow.scenes import SCENES

SLOPE = Reading(np.linspace(-4.0, 0.0, 41))  # down to 1 % exactly at step 21, below it at step 20


def guess(kind="vanishing", step=20):
    return words.Guess(kind, step)


# -- the score


def test_the_step_is_the_first_one_going_back_that_is_below_one_percent():
    assert words.score(SLOPE, guess()).step == 20
    humped = Reading(np.array([0.0, -3.0, -1.0, -2.5, -1.0, 0.0]))
    assert words.score(humped, guess()).step == 4


def test_never_is_right_where_the_gradient_stays_above_one_percent_and_wrong_elsewhere():
    flat = Reading(np.linspace(-1.0, 0.0, 30))
    assert words.score(flat, guess("flowing", None)).step_right
    assert not words.score(flat, guess("flowing", 1)).step_right
    assert not words.score(SLOPE, guess(step=None)).step_right


def test_a_step_counts_as_right_within_a_twentieth_of_the_sequence():
    assert words.score(SLOPE, guess()).tolerance == 2
    right = [step for step in range(1, 42) if words.score(SLOPE, guess(step=step)).step_right]
    assert right == [18, 19, 20, 21, 22]
    assert words.score(Reading(np.array([-3.0, 0.0])), guess(step=2)).tolerance == 1


def test_the_verdict_is_the_pages_own():
    for scene in SCENES.values():
        if scene.changes["seq_len"] > 200:
            continue
        flow = gradient_flow(RNNConfig(**scene.changes))
        assert words.score(flow.reading, guess()).kind == flow.verdict


def test_a_gradient_that_is_zero_everywhere_is_never_at_one_percent_of_itself():
    gone = words.score(Reading(np.full(10, -np.inf)), guess("vanishing", None))
    assert gone.kind_right and gone.step_right
    assert "exactly 0 at every step" in words.about_kind(gone)
    assert "nan" not in (words.about_kind(gone) + words.about_step(gone)).lower()


@given(
    st.lists(st.floats(-400, 400) | st.just(-np.inf), min_size=2, max_size=40),
    st.sampled_from(list(VERDICTS)),
    st.none() | st.integers(1, 40),
)
def test_every_answer_to_every_curve_is_scored_in_words_with_numbers(curve, kind, step):
    curve = np.array([*curve, 0.0])
    s = words.score(Reading(curve), words.Guess(kind, step))
    assert s.kind_right == (kind == Reading(curve).verdict)
    assert s.step_right == (s.step == step if None in (step, s.step) else s.off <= s.tolerance)
    said = f"{words.title(s)} {words.about_kind(s)} {words.about_step(s)}"
    assert "nan" not in said.lower() and "None" not in said
    if s.step is not None:
        assert f"at step {s.step:,}" in said
        assert (curve[s.step - 1 :] - curve[-1]).min() == curve[s.step - 1] < -2


def test_the_sentences_name_the_numbers_of_the_result():
    s = words.score(SLOPE, guess("exploding", 30))
    assert "You said it would explode, but it vanishes" in words.about_kind(s)
    assert "0.0001" in words.about_kind(s) or "10⁻⁴" in words.about_kind(s)
    said = words.about_step(s)
    assert "step 30" in said and "step 20 of 41" in said and "10 steps off" in said


def test_the_tally_counts_verdicts_and_steps_apart():
    t = words.Tally().plus(words.score(SLOPE, guess())).plus(words.score(SLOPE, guess(step=None)))
    assert (t.asked, t.kinds, t.steps) == (2, 2, 1)
    assert "2 of 2 verdicts, 1 of 2 steps" in words.tally(t)


@pytest.mark.parametrize(
    ("kind", "step", "never", "said"),
    [
        (None, 5, False, "Choose first"),
        ("flowing", None, False, "from 1 to 60"),
        ("flowing", 5, True, "5 or never"),
        ("flowing", 80, False, "from 1 to 60; you said 80"),
        ("flowing", 0, False, "you said 0"),
        ("flowing", 60, False, ""),
        ("flowing", None, True, ""),
    ],
)
def test_what_is_no_answer_says_what_is_missing(kind, step, never, said):
    found = words.problem(kind, step, never, 60)
    assert said in found and bool(found) == bool(said)


# -- the next question


def test_a_random_setting_is_the_same_for_the_same_seed_and_number():
    def verdict_of(config):
        return gradient_flow(config).verdict

    first = [words.drawn(5, n, verdict_of) for n in range(6)]
    assert first == [words.drawn(5, n, verdict_of) for n in range(6)]
    assert len(set(first)) == 6 and all(config.seed == 5 for config in first)
    assert len({verdict_of(config) for config in first}) >= 2


def test_scenes_come_in_another_order_than_on_their_buttons_each_once():
    order = words.scene_order(7, tuple(SCENES))
    assert sorted(order) == sorted(SCENES) and order != tuple(SCENES)


# -- the page

TELLING = (
    "Vanishing",
    "Exploding",
    "Flowing",
    "per step back",
    'class="unroll-verdict"',
    "data-kind",
)


def ask(**query):
    return open_app(quiz="1", **{"init": "gaussian", "gain": "0.6", **query})


def sent(app) -> str:
    """The texts that the browser gets, but for the glossary."""
    texts = [html(app), *(e.value for e in (*app.caption, *app.header))]
    return " ".join([*texts, *(button.label for button in app.button)])


def answer(app, kind, step=None):
    app.radio(key="quiz_kind").set_value(kind)
    if step is None:
        app.checkbox(key="quiz_never").set_value(True)
    else:
        app.number_input(key="quiz_step").set_value(step)
    return app.button(key="quiz_reveal").click().run()


def test_before_the_answer_nothing_is_sent_that_tells_it():
    app = ask()
    assert not [word for word in TELLING if word in sent(app)]
    assert not {"river", "gradient_norms", "eigenvalues", "shares"} & set(payloads(app))
    assert "W<sub>h</sub> scale 0.6" in html(app) and "60 steps" in html(app)
    assert not app.get("download_button")


def test_an_answer_reveals_and_is_scored_against_the_computed_gradient():
    app = ask()
    flow = gradient_flow(config_of(app))
    truth = words.score(flow.reading, guess(step=1)).step
    answer(app, flow.verdict, truth)
    assert not app.exception
    assert {"river", "gradient_norms", "eigenvalues"} <= set(payloads(app))
    assert "both right" in html(app) and f"step {truth} of 60" in html(app)
    assert "1 of 1 verdict, 1 of 1 step" in html(app)


def test_a_wrong_answer_is_told_the_truth():
    app = answer(ask(), "exploding")
    assert "You said it would explode, but it vanishes" in html(app)
    assert "0 of 1 verdict, 0 of 1 step" in html(app)


def test_what_is_no_answer_reveals_nothing():
    app = ask()
    app.number_input(key="quiz_step").set_value(80)
    app.radio(key="quiz_kind").set_value("flowing")
    app.button(key="quiz_reveal").click().run()
    assert "from 1 to 60; you said 80" in app.warning[0].value
    assert "river" not in payloads(app)


def test_a_new_setting_is_a_new_question_and_the_old_one_again_too():
    app = answer(ask(), "vanishing")
    app.selectbox(key="view_activation").set_value("relu").run()
    assert "river" not in payloads(app) and "Vanish, fade, flow, grow or explode?" in html(app)
    assert "unroll-score" not in html(app)
    answer(app, "vanishing")
    assert "of 2 verdicts" in html(app)


@pytest.mark.parametrize("key", ["quiz_next", "quiz_random"])
def test_the_next_question_hides_again_and_changes_the_setting(key):
    app = answer(ask(), "vanishing")
    before = config_of(app)
    app.button(key=key).click().run()
    assert not app.exception
    assert config_of(app) != before and "river" not in payloads(app)
    assert not [word for word in TELLING if word in sent(app)]


def test_turned_off_it_shows_everything_and_its_scenes():
    app = ask()
    app.toggle(key="view_quiz").set_value(False).run()
    assert "river" in payloads(app) and "unroll-score" not in html(app)
    assert app.button(key="scene_vanishing")
    assert "quiz=" not in payloads(app)["address"]["query"]


def test_a_link_can_ask_and_a_slider_that_moves_asks_anew():
    app = answer(ask(), "vanishing")
    app.session_state["settings"]["gain"] = 0.7
    app.run()
    assert "river" not in payloads(app)
    assert "quiz=1" in payloads(app)["address"]["query"]
    assert isinstance(config_of(app), RNNConfig)

"""The doctor, where it takes a trend: does the loss fall, how fast, and if not, what is in its way?

See `doctor.py` for the order of the diagnoses.
"""

from __future__ import annotations

from dataclasses import replace

from rnn_core.doctor import advice as advise
from rnn_core.doctor import words
from rnn_core.doctor.advice import Advice
from rnn_core.doctor.diagnosis import Diagnosis, diagnosis
from rnn_core.doctor.signs import Signs
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import count, from_log10, percent
from rnn_core.training.config import TrainConfig

# Standing still, or falling slowly, is said from here on, and of a plateau without a recorded cause
# later: runs that solve their task in the end often wait for two or three hundred updates.
PATIENCE, PLATEAU = 300, 500
# … and only if a fall of 20 % (4 standard errors) could not have been missed.
NOISY = 0.05
# Falling: the two halves of the trend differ by so many standard errors, and by 3 % or evenly.
CERTAIN, FALL = 4.0, 0.97
# "At the baseline": the noise of a level, and what a badly set network adds to guessing.
AT_BASELINE = (0.95, 1.1)
# Below it the loss counts as nearly there even if it stands still: 99 % right is about this.
LOW = 0.1
# At this pace it would take so many times the updates made so far.
SLOW = 5.0
# Nearly always, and to half the length or less: a threshold met now and then is as it should be.
CLIPPED_HARD = 0.5
# Most unit-steps are where φ is flat. Networks that learn well have 0.2 to 0.6 (ReLU: off).
SATURATED = 0.8
# "Hardly moves": σ_max of W_h over 500 updates. In runs that solve their task within 1000 it moves
# by 8 % to 200 %.
UNMOVED = 0.06
# The verdicts of the page "Gradient flow": a thousandth, a thousandfold.
DECADES = 3.0
# The parameters' gradient "looks healthy" while it has kept this part of its norm at the start.
HEALTHY = 0.1
# "Well below" the baseline: no window of noise gets there.
WELL_BELOW = 0.75
# "Far above" it.
DIVERGED = 2.0


def moving(config: TrainConfig, signs: Signs) -> Diagnosis:
    trend, base = signs.course, signs.problem.baseline
    near = AT_BASELINE[0] * base <= trend.after <= AT_BASELINE[1] * base
    falls = trend.certain > CERTAIN and (
        trend.after < FALL * trend.before or (trend.steady and not near)
    )
    # A loss that comes down to the baseline and stays there has learned to guess, no more.
    if falls and near and not trend.steady:
        falls = False
    if falls and trend.steady and _pace(signs) > SLOW * signs.updates:
        return _slow(config, signs) if signs.updates >= PATIENCE else learning(config, signs)
    if not falls and signs.level.loss > max(LOW * base, _goal(signs)):
        far_above = signs.level.loss > DIVERGED * base
        if signs.updates < PATIENCE or (trend.error > NOISY and not far_above):
            return early(config, signs)
        return _standing(config, signs)
    return _clipped(config, signs, learns=True) or learning(config, signs)


def _goal(signs: Signs) -> float:
    """The loss at which the task counts as solved, roughly where accuracy decides."""
    task = signs.problem
    return task.solved_at if task.solved_by == "loss" else LOW * task.baseline


def _pace(signs: Signs) -> float:
    """Updates to the goal, if the loss went on falling as it does."""
    return max(signs.course.after - _goal(signs), 0.0) / max(signs.course.fall, 1e-300)


def _slow(config: TrainConfig, signs: Signs) -> Diagnosis:
    more = words.number(float(f"{_pace(signs):.0e}"), 1)
    evidence = [
        words.movement(signs.course),
        f"At this pace it would take about {more} more updates; {signs.updates} are made.",
        words.norm_now(signs),
    ]
    advice: list[Advice | None] = [advise.higher_rate(config, 10.0)]
    if signs.clipped_to(CLIPPED_HARD):
        evidence.append(words.clipping(signs, config))
        advice = [*advise.raise_threshold(config, signs), *advice]
    return diagnosis("slow", "It learns, but slowly", evidence, config, advice)


def learning(config: TrainConfig, signs: Signs) -> Diagnosis:
    evidence = [words.loss_now(signs), words.validation(signs)]
    if signs.trend is not None:
        evidence.append(words.movement(signs.trend))
    evidence.append(words.norm_now(signs))
    if config.curriculum and signs.problem.length < config.length:
        evidence.append(words.shorter(signs, config))
    above = signs.level.loss > AT_BASELINE[1] * signs.problem.baseline
    if above:
        return diagnosis("falling", "The loss falls, above the baseline so far", evidence, config)
    return diagnosis("learning", "Learning", evidence, config)


def _standing(config: TrainConfig, signs: Signs) -> Diagnosis:
    """The loss stands still: the first cause that the record shows."""
    for look in (_truncated, _saturated, _clipped_hard, _vanishing, _exploding, _clipped, _unmoved):
        if found := look(config, signs):
            break
    else:
        if signs.updates < PLATEAU:
            return early(config, signs)
        found = _plateau(config, signs)
    if config.curriculum and signs.problem.length < config.length:
        found = replace(found, evidence=(*found.evidence, words.shorter(signs, config)))
    return found


def _truncated(config: TrainConfig, signs: Signs) -> Diagnosis | None:
    if not is_cut(config, signs):
        return None
    evidence = [words.loss_now(signs), words.standstill(signs.course), words.cut(signs)]
    return diagnosis(
        "truncated", "Cut off from the past", evidence, config, [advise.whole_gradient()]
    )


def is_cut(config: TrainConfig, signs: Signs) -> bool:
    return bool(config.truncation) and (signs.reached or 0) > signs.old_steps


def _saturated(config: TrainConfig, signs: Signs) -> Diagnosis | None:
    if signs.saturated < SATURATED:
        return None
    exactly = ACTIVATIONS[config.network().activation_used].exactly_off
    off = exactly and config.cell_used.additive
    title = "Most units are off" if off else "Saturated"
    where = (
        Said("off (φ′ = 0)", plain="off")
        if off
        else "where the activation is flat "
        + Said("(φ′ below", plain="(its slope below")
        + " a tenth)"
    )
    evidence = [
        f"Of all units and steps {percent(signs.saturated)} are "
        + where
        + ": little gradient passes.",
        words.loss_now(signs),
        words.standstill(signs.course),
    ]
    advice = [advise.keeping_start(config), advise.longer_road(config)]
    return diagnosis(
        "saturated", title, evidence, config, [*advice, advise.lower_rate(config, 10.0)]
    )


def _vanishing(config: TrainConfig, signs: Signs) -> Diagnosis | None:
    if signs.old is None or signs.old > -DECADES:
        return None
    evidence = [words.loss_now(signs), words.old_steps(signs.old, signs)]
    if signs.norm and signs.norm_start and signs.norm >= HEALTHY * signs.norm_start:
        evidence.append(words.parameter_norm(signs.norm, signs.norm_start))
    evidence.append(words.standstill(signs.course))
    half = signs.course.after < WELL_BELOW * signs.problem.baseline
    title = "It learns what is near, not what is far" if half else "Vanishing in time"
    return diagnosis("vanishing", title, evidence, config, advise.carry_further(config))


def _exploding(config: TrainConfig, signs: Signs) -> Diagnosis | None:
    if signs.old is None or signs.old < DECADES:
        return None
    evidence = [
        f"Going back, the gradient norm grows to {from_log10(signs.old)} times "
        f"the last step's within steps 1 to {signs.old_steps}."
        if signs.old_steps > 1
        else f"Going back, step 1 gets {from_log10(signs.old)} times the last "
        "step's gradient norm.",
        words.loss_now(signs),
        words.standstill(signs.course),
    ]
    if signs.clipped and signs.factor is not None:
        evidence.append(words.clipping(signs, config))
    advice = [advise.tamer_start(config), advise.longer_road(config)]
    return diagnosis("exploding", "Exploding in time", evidence, config, advice)


def _clipped(config: TrainConfig, signs: Signs, learns: bool = False) -> Diagnosis | None:
    if not signs.clipped_to(CLIPPED_HARD):
        return None
    evidence = [words.clipping(signs, config), words.loss_now(signs)]
    if learns:
        evidence.append(words.movement(signs.course))
    else:
        evidence.append(words.standstill(signs.course))
    title = "It learns, clipped all the time" if learns else "Clipped all the time"
    if learns and signs.level.loss > AT_BASELINE[1] * signs.problem.baseline:
        title = "Clipped all the time; the loss falls, above the baseline so far"
    return diagnosis("clipped", title, evidence, config, advise.raise_threshold(config, signs))


def _unmoved(config: TrainConfig, signs: Signs) -> Diagnosis | None:
    if signs.updates < PLATEAU or not _hardly_moves(signs):
        return None
    evidence = [words.loss_now(signs), words.unmoved(signs, config), words.standstill(signs.course)]
    advice = [advise.higher_rate(config, 100.0)]
    return diagnosis("slow", "The weights hardly move", evidence, config, advice)


def _hardly_moves(signs: Signs) -> bool:
    if not signs.sigma or not signs.sigma_start:
        return False
    return abs(signs.sigma / signs.sigma_start - 1.0) < UNMOVED


def _clipped_hard(config: TrainConfig, signs: Signs) -> Diagnosis | None:
    """Clipped so far down that the weights stay where they are; more would be seen later."""
    return _clipped(config, signs) if _hardly_moves(signs) else None


def _plateau(config: TrainConfig, signs: Signs) -> Diagnosis:
    loss, base = signs.level.loss, signs.problem.baseline  # 0 for a text like "ababab"
    beats = None
    advice: list[Advice | None] = [advise.lower_rate(config, 10.0)]
    if loss > AT_BASELINE[1] * base:
        title = "Worse than guessing"
    elif loss >= AT_BASELINE[0] * base:
        title = "On the plateau of guessing"
        if beats := words.beats_guessing(signs):
            title = "It stands still, little better than guessing"
        advice = [advise.longer_road(config), advise.short_first(config)]
        if signs.problem.loss_steps > 1:
            advice = [advise.linear_road(config), advise.longer_road(config)]
    else:
        title = "It stands still"
    evidence = [words.loss_now(signs), words.standstill(signs.course), words.validation(signs)]
    evidence.append(beats)
    if signs.old is not None:
        evidence.append(
            f"The gradient does reach the past: at most {from_log10(signs.old)} of the last "
            f"step's norm arrives at the oldest {count(signs.old_steps, 'step')}."
        )
    elif signs.problem.loss_steps > 1:
        evidence.append(
            "Every step has a loss of its own here, so the norms of the steps do not show whether "
            "the past counts."
        )
    return diagnosis("plateau", title, evidence, config, advice)


def early(config: TrainConfig, signs: Signs) -> Diagnosis:
    if signs.now is None:
        return diagnosis("early", "Too early to say", ["Nothing is recorded yet."], config)
    evidence = [words.loss_now(signs)]
    if signs.changed is not None:
        done, name = signs.changed
        evidence.append(
            f"{name} was changed after update {done}: what came before no longer counts."
        )
    if config.curriculum and signs.problem.length < config.length:
        evidence.append(words.shorter(signs, config))
    if signs.trend is None:
        are = "is" if signs.updates == 1 else "are"
        evidence.append(f"There {are} {count(signs.updates, 'update')} to judge by.")
    elif signs.trend.error > NOISY:
        evidence.append(words.noise(signs.trend))
    else:
        evidence.append(words.standstill(signs.trend))
        evidence.append("A wait of a few hundred updates often ends by itself.")
    return diagnosis("early", "Too early to say", evidence, config)

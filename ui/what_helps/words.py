"""What the page says of the trials, every sentence computed from them."""

from __future__ import annotations

import html
import math
from collections.abc import Callable

from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import count, plain, whole
from rnn_core.remedies import REMEDIES, Remedy
from rnn_core.remedies.trials import AS_IT_IS, Comparison, Summary, Trial, best, helped, summaries
from rnn_core.training.config import TrainConfig
from rnn_core.training.settings import RUN_SETTINGS
from ui.look.typeset import lettered, typeset, verdict

_SETTINGS = {setting.name: setting for setting in RUN_SETTINGS}
_AS_IT_IS = "as it is"
QUESTION = "What helps here?"


def label(name: str) -> str:
    """A row's name."""
    return REMEDIES[name].label if name != AS_IT_IS else _AS_IT_IS


def what_is_tried(config: TrainConfig) -> str:
    """The run in a few words: "adding 30, vanilla RNN, Adam 0.003"."""
    optimiser = _SETTINGS["optimizer"].in_words(config.optimizer)
    return (
        f"{config.task_used.label} {config.length}, {config.cell_used.label}, "
        f"{optimiser} {config.learning_rate:g}"
    )


def changes(before: TrainConfig, after: TrainConfig) -> str:
    """What a remedy changes, setting for setting."""
    said = []
    for name, setting in _SETTINGS.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            said.append(f"{setting.in_words(was)} → {setting.in_words(now)}")
    return ", ".join(said)


def plan(comparison: Comparison) -> str:
    """What will be trained."""
    runs, seeds = len(comparison.runs) - 1, comparison.seeds
    apply = "1 remedy applies. It" if runs == 1 else f"{runs} remedies apply. Each"
    return (
        f"{apply} is trained beside the run as it is, from {count(seeds, 'seed')}: "
        f"{count(seeds * (runs + 1), 'run')} of at most {count(comparison.updates, 'update')} each."
    )


def head(comparison: Comparison, found: tuple[Trial, ...], *, active: bool) -> str:
    """The verdict's title."""
    if not _judged(found):
        return "Trying …" if active else QUESTION
    one = best(comparison, found)
    so_far = " so far" if len(found) < len(comparison.order) else ""
    return f"None helped{so_far}" if one is None else f"{label(one.name)} helps most{so_far}"


def _judged(found: tuple[Trial, ...]) -> bool:
    """Whether any remedy has ended a seed that the run itself has ended."""
    own = {trial.seed for trial in found if trial.name == AS_IT_IS}
    return any(trial.name != AS_IT_IS and trial.seed in own for trial in found)


def says(comparison: Comparison, found: tuple[Trial, ...]) -> str:
    """What came of it, in a sentence or two."""
    if not _judged(found):
        return plan(comparison)
    rows = {row.name: row for row in summaries(comparison, found)}
    before, one = rows[AS_IT_IS], best(comparison, found)
    it = f"As it is, the run solves {_task(comparison)} in {_of(before)}{_after(before)}."
    if one is not None:
        return f"With it the run solves {_task(comparison)} in {_of(one)}{_after(one)}. {it}"
    rest = [row for row in rows.values() if row.name != AS_IT_IS and math.isfinite(row.val_loss)]
    if before.solved or not rest:
        return f"No remedy solved it in more seeds, or in each of them sooner. {it}"
    low = min(rest, key=lambda row: row.val_loss)
    return (
        f"{it} No remedy solved it in more. The lowest validation loss has {label(low.name)}: "
        f"{plain(low.val_loss)}, against {plain(before.val_loss)} as it is (medians of the seeds)."
    )


def why(comparison: Comparison, found: tuple[Trial, ...]) -> Said | str:
    """What the best one leans on; or how much has been tried."""
    one = best(comparison, found) if _judged(found) else None
    if one is not None:
        return REMEDIES[one.name].law
    return f"{len(found)} of {count(len(comparison.order), 'run')} done." if found else ""


def section(
    comparison: Comparison,
    found: tuple[Trial, ...],
    *,
    active: bool,
    say: Callable[[str], str] = str,
) -> str:
    """The verdict, as HTML."""
    facts = [
        ("trying", what_is_tried(comparison.config), "The network and task of Training."),
        ("runs", f"{len(found)} of {len(comparison.order)}", "Runs that have ended."),
    ]
    return verdict(
        head(comparison, found, active=active),
        facts,
        says(comparison, found),
        why(comparison, found),
        say=say,
    )


def _task(comparison: Comparison) -> str:
    return f"{comparison.config.task_used.label} {comparison.config.length}"


def _of(row: Summary) -> str:
    return f"{row.solved} of {count(row.seeds, 'seed')}"


def _after(row: Summary) -> str:
    if row.updates is None:
        return ""
    return f", after {count(whole(row.updates), 'update')} in the median"


# -- the table

_COLUMNS = (
    ("remedy", "What was changed."),
    ("solved", "In how many of the seeds that have ended."),
    ("updates", "Until it was solved: the median over those seeds."),
    (
        "horizon",
        "Steps back until the gradient is below 1/1000 of the last step's, of the sequences "
        "trained on: at the first and at the last update.",
    ),
    ("loss", "On the validation set, at the end: the median."),
    ("cost", "Multiply-adds of an update, against the run as it is; and its time, as measured."),
)


def ordered(comparison: Comparison, found: tuple[Trial, ...]) -> list[Summary]:
    """The run as it is, then the remedies from the best on."""
    rows = summaries(comparison, found)

    def rank(row: Summary) -> tuple:
        loss = row.val_loss if math.isfinite(row.val_loss) else math.inf
        return row.name != AS_IT_IS, -row.solved / row.seeds, row.updates or math.inf, loss

    return sorted(rows, key=rank)


def table(
    comparison: Comparison,
    found: tuple[Trial, ...],
    link: Callable[[TrainConfig], str],
    say: Callable[[str], str] = str,
) -> str:
    """Every row that there is, as HTML; `link` makes the query of a link to Training."""
    rows = ordered(comparison, found)
    if not rows:
        return ""
    own = next((row for row in rows if row.name == AS_IT_IS), None)
    heads = "".join(
        f'<th scope="col" title="{html.escape(tip)}">{name}</th>' for name, tip in _COLUMNS
    )
    body = "".join(_row(comparison, found, row, own, link, say) for row in rows)
    return (
        '<div class="unroll-remedies" tabindex="0" role="region" aria-label="Every remedy">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(
    comparison: Comparison,
    found: tuple[Trial, ...],
    row: Summary,
    own: Summary | None,
    link: Callable[[TrainConfig], str],
    say: Callable[[str], str],
) -> str:
    config = comparison.runs[row.name]
    query = link(config)
    name = lettered(label(row.name))
    if query:
        name = f'<a href="training?{html.escape(query)}" target="_self">{name}</a>'
    if row.name == AS_IT_IS:
        told = what_is_tried(config)
    else:
        told = f"{changes(comparison.runs[AS_IT_IS], config)}. {say(REMEDIES[row.name].says)}"
    mark = ' class="helped"' if row.name != AS_IT_IS and helped(found, row.name) else ""
    broke = f", not finite in {row.broke}" if row.broke else ""
    cells = (
        f"{row.solved} of {row.seeds}{broke}",
        f"{whole(row.updates):,}" if row.updates is not None else "–",
        f"{_steps(row.first, row)} → {_steps(row.last, row)}",
        plain(row.val_loss) if math.isfinite(row.val_loss) else "–",
        _cost(row, own),
    )
    numbers = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return (
        f'<tr{mark}><th scope="row">{name}<span class="told">{typeset(told)}</span></th>'
        f"{numbers}</tr>"
    )


def _steps(horizon: float, row: Summary) -> str:
    """A horizon; "all 30" where the gradient goes back to step 1."""
    return f"all {row.length}" if horizon >= row.length else f"{horizon:g}"


def _cost(row: Summary, own: Summary | None) -> str:
    time = f"{plain(1000 * row.seconds, 2)} ms"
    if own is None or row is own or own.products == 0:
        return time
    return f"×{plain(row.products / own.products, 2)}, {time}"


# -- one of them


def about(remedy: Remedy, say: Callable[[str], str] = str) -> str:
    """What a remedy does, the law that it leans on, its cost and source, as HTML."""
    told = " ".join(say(text) for text in (remedy.says, remedy.law))
    return (
        f'<section class="unroll-remedy"><h2>{lettered(remedy.label)}</h2><p>{typeset(told)}</p>'
        f"<p>{typeset(f'What it costs: {say(remedy.cost)} Source: {remedy.source}.')}</p></section>"
    )


# -- before and after


def caption(found: tuple[Trial, ...], name: str) -> str:
    """Under the chart: who solved it when."""
    parts = []
    for which in (AS_IT_IS, name):
        own = [trial for trial in found if trial.name == which]
        if own:
            solved = [f"{t.solved:,}" for t in own if t.solved is not None]
            when = f"solved at {', '.join(solved)}" if solved else "not solved"
            parts.append(f"{label(which)[0].upper()}{label(which)[1:]}: {when}")
    return ". ".join(parts) + "." if parts else "No run has ended yet; each seed will be a line."

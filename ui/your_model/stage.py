"""What follows the pointer: the verdict on one layer, depth × time, and ‖∂L/∂h_t‖ at every step."""

from __future__ import annotations

from ui import live
from ui.controls.wording import drawn, say
from ui.look.typeset import facts, indices, typeset
from ui.settings.recording import LAYER, STEP
from ui.your_model import figures, river, words
from ui.your_model.looking import Looked

MAIN_HEIGHT = 208


def show(seen: Looked) -> None:
    """Verdict, picture and main chart."""
    live.words("verdict", verdict(seen))
    layers(seen)
    norms_by_step(seen)


def nothing(name: str) -> None:
    """In place of them, while there is no record yet."""
    live.words(
        "verdict",
        '<section class="unroll-verdict" aria-live="polite"><div class="line"><h1>Nothing yet</h1>'
        f"</div><p>{typeset(words.cut(name))} has no record so far.</p></section>",
    )


def verdict(seen: Looked) -> str:
    """What happens, how fast and how far, and whether the record proves itself."""
    one = seen.one
    kind = words.kind(one)
    return (
        f'<section class="unroll-verdict" aria-live="polite" data-kind="{kind}">'
        f'<div class="line"><h1 class="unroll-{kind}">{words.word(one)}</h1>'
        f"<dl>{facts(words.facts(one), say=say)}</dl></div>"
        f"<p>{typeset(say(words.headline(one, seen.together)))}</p>"
        f'<p class="why"><b class="unroll-badge {words.badge(one)}">{say(words.check(one))}</b> '
        f"{typeset(say(words.why(one)))}</p></section>"
    )


def layers(seen: Looked) -> None:
    """Depth × time; a click chooses a layer and a step."""
    live.stack(
        drawn(river.layers(seen.readings, seen.one, seen.together, seen.step)),
        key="layers",
        settings=(LAYER.key, STEP.key),
    )


def norms_by_step(seen: Looked) -> None:
    """The main chart."""
    live.chart(
        drawn(figures.norms(seen.one, seen.together)),
        key="recorded_norms",
        height=MAIN_HEIGHT,
        title=indices(say(words.norms_title(seen.one))),
        caption=typeset(say(words.norms_caption(seen.one, seen.together))),
        alt=say(words.summary(seen.one, seen.together)),
        step_axis="x",
    )

"""What a link may leave out of a page, and in which way and which words a page is shown.

`?hide=` takes any of PARTS, in any order; a hidden part takes no space, and what it would have set
still acts. The link, the share dialog and the style sheet read this table; where the parts of a
page stand it says itself, in `ui.pages`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnn_core.numbers.said import FULL, PLAIN
from rnn_core.settings import CHANGED, SHARING, Choice, Flag, Setting, Several, Words
from ui.pages import PAGES
from ui.settings.lessons import LIBRARY, NO_LESSON

# The block that holds the picture and the controls; what comes after it explains.
_STAGE = ".stMainBlockContainer > .stVerticalBlock > :has(.st-key-first_sliders)"
# Streamlit gives every element a wrapper, which would keep the gap above it.
_ELEMENT = ".stElementContainer"


@dataclass(frozen=True)
class Part:
    """A part of a page: its name for the reader, and where it stands."""

    label: str
    selectors: tuple[str, ...]

    @property
    def selector(self) -> str:
        return ", ".join(self.selectors)


def _around(*classes: str) -> tuple[str, ...]:
    return tuple(f"{_ELEMENT}:has({name})" for name in classes)


def _on_pages(part: str) -> tuple[str, ...]:
    """Where a part stands, on any page: its classes with what Streamlit wraps them in, and keys."""
    places = dict.fromkeys(place for page in PAGES for place in getattr(page, part))
    classes = [place for place in places if place.startswith(".")]
    keys = [f".st-key-{place}" for place in places if place not in classes]
    return (*_around(*classes), *keys)


PARTS: dict[str, Part] = {
    "controls": Part("controls", (".st-key-first_sliders", ".st-key-settings")),
    "scenes": Part(
        "scenes",
        (
            ".st-key-scenes > :not(:has(.unroll-address))",
            ".st-key-above .stElementContainer:has(.unroll-look)",
        ),
    ),
    "verdict": Part("verdict", _on_pages("verdict")),
    "picture": Part("picture", _on_pages("picture")),
    "chart": Part("main chart", _on_pages("chart")),
    "captions": Part("sentences under charts", (".unroll-chart figcaption",)),
    "advice": Part("what would help", _on_pages("advice")),
    "details": Part("everything further down", (f"{_STAGE} ~ *",)),
    "downloads": Part(
        "buttons that save",
        (".unroll-chart .tools", ".unroll-save", f"{_ELEMENT}:has(.stDownloadButton)"),
    ),
    "pages": Part(
        "other pages", ("[data-testid=stTopNavLinkContainer]", "[data-testid=stTopNavSection]")
    ),
    "share": Part("this share button", (f"{_ELEMENT}:has(.unroll-address)",)),
}

# Beside which lesson's words the page stands; it begins where the lesson says.
LESSON = Choice(
    owner=SHARING,
    name="lesson",
    label="lesson",
    words=LIBRARY,
    default=NO_LESSON,
    linked=CHANGED,
)

SETTINGS: tuple[Setting, ...] = (
    Several(
        owner=SHARING,
        name="hide",
        label="hidden parts",
        words=Words(PARTS, lambda part: part.label),
        least=0,
        linked=CHANGED,
    ),
    Choice(
        owner=SHARING,
        name="words",
        label="words",
        words={PLAIN: "plain words", FULL: "the field’s words and formulas"},
        default=PLAIN,
        linked=CHANGED,
        help="Whether sentences speak in plain words, or in those of the field.",
    ),
    Flag(owner=SHARING, name="present", label="presenter mode", linked=CHANGED),
    Flag(
        owner=SHARING,
        name="quiz",
        label="Predict first",
        linked=CHANGED,
        help="Ask what the gradient will do before it is shown, and score the answer.",
    ),
    LESSON,
)


def style(hidden: tuple[str, ...]) -> str:
    """The style sheet that leaves `hidden` out; "" where nothing is."""
    selectors = ", ".join(PARTS[name].selector for name in hidden)
    return f"{selectors} {{ display: none !important; }}" if selectors else ""

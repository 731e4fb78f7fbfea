"""A slider that moves the picture while it is being dragged; `st.slider` sends only on release."""

from collections.abc import Callable

from ui.live import drawing, session

_HEIGHT = 54  # pixels; static/live/slider/slider.js has the same


def slider(
    label: str,
    *,
    key: str,
    value: float,
    minimum: float,
    maximum: float,
    step: float,
    log: bool = False,
    unit: str = "",
    digits: int = 2,
    help: str = "",
    term: str | None = None,
    setting: str | None = None,
    on_move: Callable[[float], None] | None = None,
) -> None:
    """Show a slider standing at `value`; the state stays with the caller.

    setting: the page's setting that it moves, told by the page as a whole (`live.address`). A
    slider that moves none calls `on_move(value)`, as a callback before the rerun, for the values
    the user chooses. Whatever `value` the next run passes is where the slider stands, unless the
    user has moved on meanwhile.

    term: what of the field the label names: a touch of it opens the explanation.

    `log` spaces the track logarithmically (`minimum` > 0). Values lie on the grid ``minimum + i *
    step``; a value typed by hand may lie between, unless `minimum` and `step` are whole numbers.
    Mount it in the fragment of the chart it moves.
    """

    def moved() -> None:
        told = session.told(f"live_{key}", "move")
        if told and on_move:
            session.heard(told.get("n"))
            # The browser may say anything; what lies beyond an end is that end.
            if (said := session.number(told.get("value"))) is not None:
                on_move(min(max(said, minimum), maximum))

    if drawing.gathers():
        return  # the browser knows where it stands
    with drawing.group(""):  # it moves; no answer moves it
        drawing.show(
            "slider/slider",
            {
                "label": label,
                "minimum": minimum,
                "maximum": maximum,
                "step": step,
                "log": log,
                "unit": unit,
                "digits": digits,
                "help": help,
                "term": term,
                "setting": setting,
            },
            key=key,
            height=_HEIGHT,
            envelope={"value": value},
            on_move_change=moved if on_move else None,
        )

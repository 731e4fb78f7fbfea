"""Many small log curves on one shared axis, rows × columns; each opens the experiment it shows."""

from collections.abc import Callable, Sequence
from typing import Any

from ui.live import drawing, session


def panels(
    payload: dict[str, Any],
    *,
    key: str,
    height: int,
    settings: Sequence[str],
    on_open: Callable[[str, str], None],
) -> None:
    """Draw rows × columns of small curves in `height` pixels (as it needs on a narrow screen).

    A click on a panel, Enter on it, or a second tap calls `on_open(row, column)` with the names, a
    callback before the rerun. Space, the small button in its corner, or a first tap selects: it
    moves the page's two `settings`, of row and column. With Ctrl or the middle button the browser
    opens `query` in a new tab, with the panel's own names in it.

    Fields of `payload`. P = rows · columns, row by row; n ≤ seq_len steps are drawn.

    rows, columns   {"name", "label", "note"}; the note of a column is not shown
    parameters      [of rows, of columns]: their names in the address
    query           address of the page that a panel opens
    seq_len         T
    steps           (n,) the steps drawn, from 1; the last is T
    median          (P, n) log10 of the norm relative to the loss end; -inf where exactly 0
    lo, hi          (P, n) 10 % and 90 % quantile of the same
    total           (P, n) a second curve beside the median, or []
    window          [low, high] of the shared log10 axis
    ticks           [[log10, label], …]
    threshold       log10 of the dashed line
    ratio           (P,) log10 of first/last, the panel's colour
    factor, horizon, end, label
                    (P,) texts: top left, top right, beside a curve that has left the window, and
                    the whole panel in words
    zero_until      (P,) the step at and before which the gradient is exactly 0, or 0
    overflow        (P,) the step at which the forward pass leaves float64, or 0
    selected        [row name, column name]
    shows           key of the chart that shows the selected panel
    title, legend, legend_ends, summary
                    above the panels; below them, the second where there is room for `end`; and for
                    screen readers
    """

    def opened() -> None:
        if told := session.told(f"live_{key}", "open"):
            on_open(told["row"], told["column"])

    drawing.show(
        "panels/panels",
        payload | {"height": height, "settings": list(settings)},
        key=key,
        height=height,
        on_open_change=opened,
    )

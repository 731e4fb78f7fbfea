"""The page's small tables, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ui.look.typeset import typeset


def table(head: Iterable[str], rows: Iterable[Iterable[str]], say: Callable[[str], str]) -> str:
    """A small table whose first column names the rows; `say` chooses between words in two
    depths."""
    head, rows = map(say, head), [list(map(say, row)) for row in rows]
    top = "".join(f'<th scope="col">{typeset(name)}</th>' if name else "<td></td>" for name in head)
    body = "".join(
        f'<tr><th scope="row">{typeset(name)}</th>'
        + "".join(f"<td>{typeset(value)}</td>" for value in row)
        + "</tr>"
        for name, *row in rows
    )
    return (
        f'<div class="unroll-table"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )

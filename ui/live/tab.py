"""The browser tab across a reload: a token in its sessionStorage, and nothing to be seen."""

from typing import Any

from ui.live import drawing, session

_KEY = "tab"


def claim() -> dict[str, Any] | None:
    """What the browser says about a token that its tab had before this session: ``{"token", "at",
    "reloaded", "linked"}``, or None.

    at: names the claim. reloaded: whether the page that had the token has been left for this one;
    if not, the tab may be a duplicate of one that is still open. linked: whether a link opened this
    page, not a reload.
    """
    claim = session.told(f"live_{_KEY}", "claim")
    if claim is None or not isinstance(claim.get("token"), str):
        return None  # the browser may say anything
    return {
        "token": claim["token"],
        "at": str(claim.get("at")),
        "reloaded": claim.get("reloaded") is True,
        "linked": claim.get("linked") is True,
    }


def mount(token: str, *, heard: str | None) -> None:
    """Let the tab keep `token`, the one of this session.

    If it has another one, the browser claims that first; with `heard`, the name of the claim that
    has been decided, it takes `token` for the answer.
    """
    payload = {"token": token, "heard": heard}
    drawing.show("page/tab", payload, key=_KEY, height=1, on_claim_change=_claimed)


def _claimed() -> None:
    """Called when the browser claims a token.

    Empty, because Streamlit runs the page after any callback, and `claim` reads there what was
    said.
    """

"""Rooms over HTTP: JSON in, JSON out.

    POST rooms                    {nicknames}                  → {code, host}
    POST rooms/<code>/join        {token, nickname?}           → {name}
    GET  rooms/<code>             x-unroll-host or -student    → what that one sees, with an ETag
    POST rooms/<code>/answer      {token, round, value}        → {said}
    POST rooms/<code>/send        {source, name, question}     → {round}; the host's, as all below
    POST rooms/<code>/reveal      {round}
    POST rooms/<code>/lock        {locked}
    POST rooms/<code>/remove      {student}
    POST rooms/<code>/close
    GET  rooms/<code>/csv
    GET  room/<code>              the page of a phone

Browsers ask again and again: short questions, which any proxy and any replica takes, answered from
memory (`watching`). Tokens travel in headers and bodies and never as cookies, so no other page can
use them. What goes wrong is a sentence in JSON, {"error": …}, with a number where it is the
program's fault.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import json
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ui.frame import errors
from ui.rooms import checked, limits, phone
from ui.rooms.attempts import Attempts
from ui.rooms.checked import NoRoom, Refused

if TYPE_CHECKING:
    from ui.rooms.rooms import Rooms
    from ui.rooms.watching import Watch

_log = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(limits.THREADS, thread_name_prefix="rooms")
_UNSTORED = {"cache-control": "no-store"}
_HOST, _STUDENT = "x-unroll-host", "x-unroll-student"

# Of this machine, and those that every network has for itself.
_OWN = [
    ipaddress.ip_network(name)
    for name in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]

wrong_codes = Attempts(limits.WRONG_PER_ADDRESS, limits.WRONG_IN_ALL, limits.WRONG_WITHIN)
opened = Attempts(limits.OPENED_PER_ADDRESS, limits.ROOMS, 3600.0)


@functools.lru_cache(maxsize=1)
def watch() -> Watch:
    """The rooms of this server; the first call imports the database."""
    from ui.rooms import database
    from ui.rooms.rooms import Rooms
    from ui.rooms.watching import Watch

    rooms = Rooms(database.of_server())
    threading.Thread(target=_keep_tidy, args=(rooms,), name="rooms-tidy", daemon=True).start()
    return Watch(rooms)


def _keep_tidy(rooms: Rooms) -> None:
    """Delete what has ended, even where nobody opens another room."""
    while True:
        try:
            rooms.tidy()
        except Exception as error:
            _log.warning("what was in rooms that have ended could not be deleted: %s", error)
        time.sleep(limits.TIDIED)


# -- who asks


def address_of(request: Request) -> str:
    """Whose attempts are counted together: who spoke to us or, where that is a machine of our own
    network, whom it speaks for: what stands last in X-Forwarded-For is written by the proxy that
    is nearest."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded[:45] if forwarded and _of_our_own(peer) else peer


def _of_our_own(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:  # a socket of this machine
        return True
    return any(address in network for network in _OWN if address.version == network.version)


async def _body(request: Request) -> dict[str, Any]:
    """What was sent, as an object."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > limits.BODY:
            raise Refused(f"A message has {limits.BODY:,} bytes at most.", 413)
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refused("The message must be JSON.") from None
    if not isinstance(found, dict):
        raise Refused(f"The message must be a JSON object, got {checked.short(found)}.")
    return found


def _code(request: Request, token: str = "") -> str:
    """The code of the room that the path names.

    From an address with too many wrong ones only those go on who are in the room already: an answer
    tells others neither that there is such a room nor that there is none.
    """
    from ui.rooms import codes

    code = codes.read_code(request.path_params["code"])
    if wrong_codes.exceeded(address_of(request)):
        try:
            room = watch().room(code)
            known = room.is_host(request.headers.get(_HOST, "")) or room.student(
                token or request.headers.get(_STUDENT, "")
            )
        except Refused:
            known = False
        if not known:
            raise Refused(
                "Too many codes that no room has were tried from here. Try again in some minutes.",
                429,
                after=60,
            )
    return code


# -- what is done; each in a thread, with what the request holds


def _open(request: Request, body: dict) -> Response:
    address = address_of(request)
    if opened.exceeded(address):
        raise Refused(
            f"{limits.OPENED_PER_ADDRESS} rooms have been opened from here within an hour: "
            "close one that is not needed, and try again later.",
            429,
            after=600,
        )
    nicknames = checked.flag("nicknames", body.get("nicknames", False))
    code, token = watch().rooms.open(nicknames)
    opened.note(address)
    return JSONResponse({"code": code, "host": token}, 201, headers=_UNSTORED)


def _join(request: Request, body: dict) -> dict:
    token = checked.token(body.get("token"))
    name = body.get("nickname")
    nickname = None if name is None else checked.nickname(name)
    return {"name": watch().rooms.join(_code(request, token), token, nickname).name}


def _answer(request: Request, body: dict) -> dict:
    token = checked.token(body.get("token"))
    number = checked.whole("round", body.get("round"))
    if "value" not in body:
        raise Refused("The field value must hold the answer, got nothing.")
    code = _code(request, token)
    return {"said": watch().rooms.answer(code, token, number, body["value"])}


def _send(request: Request, body: dict) -> dict:
    from ui.rooms import asking

    code, token = _code(request), request.headers.get(_HOST, "")
    if not watch().rooms.room(code).is_host(token):  # first: computing is not for everybody
        raise Refused("Only the teacher who opened this room may do that.", 403)
    prepared = asking.prepare(body.get("source"), body.get("name", ""), body.get("question"))
    return {"round": watch().rooms.send(code, token, prepared)}


def _reveal(request: Request, body: dict) -> dict:
    number = checked.whole("round", body.get("round"))
    watch().rooms.reveal(_code(request), request.headers.get(_HOST, ""), number)
    return {}


def _lock(request: Request, body: dict) -> dict:
    locked = checked.flag("locked", body.get("locked"))
    watch().rooms.lock(_code(request), request.headers.get(_HOST, ""), locked)
    return {}


def _remove(request: Request, body: dict) -> dict:
    number = checked.whole("student", body.get("student"))
    watch().rooms.remove(_code(request), request.headers.get(_HOST, ""), number)
    return {}


def _close(request: Request, _body: dict) -> dict:
    watch().rooms.close(_code(request), request.headers.get(_HOST, ""))
    return {}


def _csv(request: Request, _body: dict) -> Response:
    from ui.rooms import results

    code = _code(request)
    text = results.as_csv(watch().rooms, code, request.headers.get(_HOST, ""))
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers=_UNSTORED | {"content-disposition": f'attachment; filename="room-{code}.csv"'},
    )


def _state(request: Request, _body: dict) -> Response:
    """What the one who asks sees of the room."""
    from ui.rooms import watching

    room = watch().room(_code(request))
    if host := request.headers.get(_HOST):
        if not room.is_host(host):
            raise Refused("Another browser has opened this room.", 403)
        tag, view = watching.host_tag(room), functools.partial(watching.for_host, room)
    else:
        student = room.student(request.headers.get(_STUDENT, ""))
        tag = watching.student_tag(room, student)
        view = functools.partial(watching.for_student, room, student)
    headers = _UNSTORED | {"etag": f'"{tag}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return JSONResponse(view(), headers=headers)


# -- on the wire

Act = Callable[[Request, dict], dict | Response]


def _at_hand(request: Request) -> bool:
    """Whether what is asked for needs no look at the database: then it needs no thread either."""
    if "ui.rooms.watching" not in sys.modules:
        return False
    known = watch().fresh(request.path_params["code"].upper()) is not None
    return known and not wrong_codes.exceeded(address_of(request))


def _way(
    act: Act, *, by_host: bool = False, at_hand: Callable[[Request], bool] = lambda _request: False
) -> Callable[[Request], Awaitable[Response]]:
    """A route: what was sent is read here, and `act` runs in a thread."""

    def done(request: Request, body: dict) -> Response:
        found = act(request, body)
        if by_host:  # who has just changed something sees it at once
            watch().forget(request.path_params["code"].upper())
        return found if isinstance(found, Response) else JSONResponse(found, headers=_UNSTORED)

    async def way(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return _error(403, "Rooms are for the pages of this server.")
        try:
            body = await _body(request) if request.method == "POST" else {}
            if at_hand(request):
                return done(request, body)
            return await asyncio.get_running_loop().run_in_executor(_threads, done, request, body)
        except NoRoom as missing:
            wrong_codes.note(address_of(request))
            return _error(missing.status, str(missing))
        except Refused as refused:
            return _error(refused.status, str(refused), refused.after)
        except ClientDisconnect:
            return Response(status_code=204)
        except Exception as error:
            return _failed(error)

    return way


def _failed(error: Exception) -> JSONResponse:
    from sqlalchemy.exc import OperationalError, TimeoutError

    from ui.rooms.database import Unusable

    _log.error("error %s: a room failed", errors.number(error), exc_info=error)
    if isinstance(error, OperationalError | TimeoutError | Unusable):
        number = errors.number(error)
        sentence = "The database of rooms does not answer; what was sent before is kept in it."
        return _error(503, f"{sentence} The server’s log has the reason as error {number}.", 1)
    return _error(500, errors.words(error))


def _error(status: int, sentence: str, after: int | None = None) -> JSONResponse:
    headers = _UNSTORED | ({"retry-after": str(after)} if after else {})
    return JSONResponse({"error": sentence}, status_code=status, headers=headers)


def routes(roots: list[str]) -> list[Route]:
    """Under each of `roots`, "" or "/lab"; the phones' page among them."""
    room = "rooms/{code}"
    ways = (
        ("POST", "rooms", _way(_open)),
        ("GET", room, _way(_state, at_hand=_at_hand)),
        ("GET", f"{room}/csv", _way(_csv)),
        ("POST", f"{room}/join", _way(_join)),
        ("POST", f"{room}/answer", _way(_answer)),
        *(
            ("POST", f"{room}/{name}", _way(act, by_host=True))
            for name, act in (
                ("send", _send),
                ("reveal", _reveal),
                ("lock", _lock),
                ("remove", _remove),
                ("close", _close),
            )
        ),
    )
    found = [
        Route(f"{root}/{path}", way, methods=[method])
        for root in roots
        for method, path, way in ways
    ]
    return [*found, *phone.routes(roots)]

"""Many readers at once: our main page against a bare, stock Streamlit app, without browsers.

    python -m benchmarks.app.load [--only readers,memory,cold] [--most] [--scrolled]
                                  [--readers 1,10,30] [--seconds 15] [--period 1] [--json]

Every reader has the page open (a session, over a websocket) and moves the main slider once a
second to a value at random, from a moment of its own on. Of our page it asks what a browser asks:
the answer that leads, over a connection that is kept, packed; and it tells its session once it has
rested for 1.2 s, which a move a second never gives (--period 2 does). Of the bare app it waits for
the last message of the rerun. Each reader has a seed of its own, and no value twice, so that no
answer is known before. A reader whose answer is late makes its next move late.

readers    1, 10 and 30 of them, ours and the bare app in turns: p50, p95, errors. Bar at 30: our
           p95 at most 0.03 times the bare app's, no error, no session lost
--scrolled the same again with the charts further down in view: once the slider rests they are
           asked for, one answer after the other, until it moves again
--most     the largest number of readers, in steps of 10, with a p95 under 200 ms, of ours and of
           the bare app (that one from 1 on)
memory     of the server: per session, and after 200 sessions have come, moved and left; once with
           the same few settings, once with settings of their own each, when the cache of results
           has been filled before. Bar: at most 5 % above the level before
cold       from the start of the process to the first complete page, three starts each in turns.
           Bar: at most 1.2 times the bare app's

Servers and clients are processes of their own on this machine, on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks import report
from benchmarks.app.latency import BARE_APP, SERVE, SERVE_STOCK
from tests.tools.server import free_port, wait_until_healthy
from ui.server.version import version

ROOT = Path(__file__).resolve().parents[2]
PERIOD = 1.0  # seconds between a reader's moves
# As static/live/core: seconds of rest after which the session is told (settings.js), and after
# which the answers that follow are asked for (answers.js).
TOLD, SETTLE = 1.2, 0.06
PAGE, LEADS, FOLLOW = "gradient_flow", "first_screen", ("explaining_charts", "parameters", "memory")
STEP, MOST = 10, 300
PATIENCE = 15.0  # seconds after which an answer counts as lost
SESSIONS, AT_ONCE = 200, 10
LEAVE = 3  # seconds for which the server keeps a session whose browser has gone
COLLECTED = 11  # seconds after which an idle server has given its memory back
STARTS = 3
WAYS = {"ours": "ours", "scrolled": "ours, scrolled down", "bare": "the bare app"}
RATIO_BAR, P95_BAR, MEMORY_BAR, COLD_BAR = 0.03, 200.0, 1.05, 1.2

FAILURES = (OSError, TimeoutError, WebSocketException)


@dataclass(frozen=True, eq=False)
class App:
    """How an app is served, and what a user finds in it."""

    python_args: list[str]
    script: Path
    told: str  # how the id ends of what tells of a move, or what kind of element it is
    chart: str


OURS = App(SERVE, ROOT / "app.py", "-live_address", "-live_gradient_norms")
BARE = App(SERVE_STOCK, BARE_APP, "slider", "plotly_chart")
APPS = {"ours": OURS, "bare": BARE}


@contextmanager
def serve(app: App, *more: str) -> Iterator[tuple[subprocess.Popen, int]]:
    """The app's server; yields its process and port, before it answers."""
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    options += ["--server.fileWatcherType=none", "--browser.gatherUsageStats=false", *more]
    with tempfile.TemporaryDirectory() as empty:  # no config.toml: stock
        process = subprocess.Popen(
            [sys.executable, *app.python_args, "run", str(app.script), *options],
            cwd=ROOT if app is OURS else empty,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process, port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def memory(process: subprocess.Popen) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


# -- a reader


@dataclass
class Session:
    """As much of a browser as it takes to have the page open, and to tell of a move."""

    app: App
    connection: ClientConnection
    query: str
    ids: dict[str, str] = field(default_factory=dict)  # of our components, by how they end
    fragments: dict[str, str] = field(default_factory=dict)
    states: dict[str, object] = field(default_factory=dict)
    moves: int = 0

    @classmethod
    async def come(cls, app: App, port: int, query: str = "") -> Session:
        """Open the page, and wait until it is complete."""
        address = f"127.0.0.1:{port}"
        connection = await connect(
            f"ws://{address}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=f"http://{address}",
            compression=None,
            max_size=None,
            open_timeout=PATIENCE,
        )
        session = cls(app, connection, query)
        await session.ask()
        if missing := {app.told, app.chart} - session.ids.keys():
            raise RuntimeError(f"not on the page: {missing}")
        return session

    async def ask(self, fragment: str = "") -> set[str]:
        """One rerun; what was drawn in it, by how the ids end."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = fragment
        for name, value in self.states.items():
            state = message.rerun_script.widget_states.widgets.add(id=name)
            if isinstance(value, dict):
                state.json_value = json.dumps(value)
            else:
                state.double_array_value.data.append(value)
        await self.connection.send(message.SerializeToString())
        drawn: set[str] = set()
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(await self.connection.recv())
                kind = answer.WhichOneof("type")
                if kind == "delta":
                    self.note(answer, drawn)
                elif (
                    kind == "script_finished"
                    and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
                ):
                    return drawn

    def note(self, answer: ForwardMsg, drawn: set[str]) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception" or (
            kind == "alert" and "error of the program" in element.alert.body
        ):
            raise RuntimeError("an error is on the page")
        if kind in ("slider", "plotly_chart"):
            name, found = kind, getattr(element, kind).id
        elif kind == "bidi_component":
            found = element.bidi_component.id
            name = found[found.rindex("-") :]
        else:
            return
        drawn.add(name)
        self.ids[name] = found
        self.fragments[name] = answer.delta.fragment_id

    async def tell(self, value: float) -> None:
        """The main slider stands at `value`; until the last message of the rerun."""
        self.moves += 1
        name = self.app.told
        if self.app is BARE:
            self.states[self.ids[name]] = round(100 * value / 3)
        else:
            message = {"n": self.moves, "values": {"gain": value}}
            self.states[self.ids[name]] = {"moved": message}
        if self.app.chart not in await self.ask(self.fragments[name]):
            raise RuntimeError("the chart was not drawn again")

    async def leave(self) -> None:
        await self.connection.close()


@dataclass
class Asker:
    """Asks for answers as the page does: one at a time, over a connection that is kept."""

    port: int
    query: dict[str, str]
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def get(self, name: str, gain: float) -> None:
        """The answer `name` at that value; raises RuntimeError if it is no such thing."""
        query = urlencode(self.query | {"gain": f"{gain:g}"})
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(
            f"GET /live/{version()}/{PAGE}/{name}?{query} HTTP/1.1\r\n"
            f"host: 127.0.0.1:{self.port}\r\naccept-encoding: gzip\r\n"
            "sec-fetch-site: same-origin\r\nconnection: keep-alive\r\n\r\n".encode()
        )
        try:
            async with asyncio.timeout(PATIENCE):
                head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                status, *lines = head.strip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                body = await self.reader.readexactly(int(headers["content-length"]))
        except asyncio.IncompleteReadError as error:
            self.close()
            raise ConnectionResetError("the server closed the connection") from error
        except BaseException:
            self.close()  # what comes later would be taken for the next answer
            raise
        if " 200 " not in status:
            raise RuntimeError(f"{status} {body.decode(errors='replace')}")
        if headers.get("content-encoding") == "gzip":
            body = zlib.decompress(body, 31)
        (length,) = struct.unpack_from("<I", body, 8)  # ui/answers/made.py, ui/live/wire.py
        address = json.loads(body[12 : 12 + length])["payload"]["address"]
        self.query = dict(parse_qsl(address))
        if float(self.query["gain"]) != gain:
            raise RuntimeError("the answer is of another value")

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Reader:
    """One who moves the slider: a session, and of our page what it asks for."""

    def __init__(self, session: Session, asker: Asker | None) -> None:
        self.session, self.asker = session, asker
        self.telling: asyncio.Task | None = None
        self.tells = False  # a message is on its way
        self.told_times = 0
        self.values: list[float] = []

    @classmethod
    async def come(cls, app: App, port: int) -> Reader:
        if app is BARE:
            return cls(await Session.come(app, port), None)
        seed = str(_rng.randrange(10**6))
        session = await Session.come(app, port, f"seed={seed}")
        return cls(session, Asker(port, {"seed": seed}))

    def value(self) -> float:
        """Another one each time, as long as there are any."""
        if not self.values:
            self.values = [number / 100 for number in _rng.sample(range(20, 200), 180)]
        return self.values.pop()

    async def use(self, until: float, tally: Tally, period: float, scrolled: bool) -> None:
        """Move once in so many seconds, from a random moment on."""
        due = time.perf_counter() + period * _rng.random()
        self.told_times = 0
        while due < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            start, value = time.perf_counter(), self.value()
            due = start + period
            try:
                await self.move(value)
                tally.times.append(1000 * (time.perf_counter() - start))
                due = max(due, time.perf_counter())
                if scrolled and await self.follow(value, due):
                    tally.whole.append(1000 * (time.perf_counter() - start))
            except RuntimeError as error:
                tally.error(str(error))
            except FAILURES as error:
                tally.lost += 1
                if not isinstance(error, TimeoutError):
                    break
        if self.telling:
            await self.told(tally)
        tally.told += self.told_times

    async def move(self, value: float) -> None:
        if self.asker is None:
            return await self.session.tell(value)
        if not self.tells:
            if self.telling and self.telling.done():
                self.telling.result()  # raises what went wrong
            elif self.telling:
                self.telling.cancel()
            self.telling = asyncio.create_task(self.rest(value))
        await self.asker.get(LEADS, value)

    async def rest(self, value: float) -> None:
        """Tell the session, unless the slider moves again before that."""
        await asyncio.sleep(TOLD)
        self.tells = True
        try:
            await self.session.tell(value)
            self.told_times += 1
        finally:
            self.tells = False

    async def told(self, tally: Tally) -> None:
        """The load is over: nothing more is told, and what is under way ends."""
        if not self.tells:
            self.telling.cancel()
        try:
            await self.telling
        except asyncio.CancelledError:
            pass
        except RuntimeError as error:
            tally.error(str(error))
        except FAILURES:
            tally.lost += 1
        self.telling = None

    async def follow(self, value: float, due: float) -> bool:
        """The charts further down, if they come before the slider moves again."""
        try:
            async with asyncio.timeout(due - time.perf_counter()):
                await asyncio.sleep(SETTLE)
                for name in FOLLOW:
                    await self.asker.get(name, value)
        except TimeoutError:
            return False  # the page would drop them, too
        return True

    async def leave(self) -> None:
        if self.asker is not None:
            self.asker.close()
        await self.session.leave()


_rng = random.Random()


@dataclass
class Tally:
    """What readers met."""

    times: list[float] = field(default_factory=list)  # ms: a move to what it leads to
    whole: list[float] = field(default_factory=list)  # ms: the same to the last chart in view
    told: int = 0  # times that a session was told of a rest
    errors: int = 0
    lost: int = 0

    def error(self, what: str) -> None:
        if not self.errors:
            print(f"an error: {what}", file=sys.stderr)
        self.errors += 1

    def summary(self, readers: int, seconds: float) -> dict:
        ordered, whole = sorted(self.times), sorted(self.whole)
        found = {
            "readers": readers,
            "p50_ms": quantile(ordered, 0.5),
            "p95_ms": quantile(ordered, 0.95),
            "moves": len(ordered),
            "moves_per_reader_s": round(len(ordered) / readers / seconds, 2),
            "told": self.told,
            "errors": self.errors,
            "lost": self.lost,
        }
        if whole:
            found["whole_page"] = {
                "p50_ms": quantile(whole, 0.5),
                "p95_ms": quantile(whole, 0.95),
                "times": len(whole),
            }
        return found


def quantile(ordered: list[float], share: float) -> float:
    if not ordered:
        return float("inf")
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


class Class:
    """Readers of one server; they stay while more of them come."""

    def __init__(self, app: App, port: int, scrolled: bool = False) -> None:
        self.app, self.port, self.scrolled = app, port, scrolled
        self.readers: list[Reader] = []

    async def load(self, count: int, seconds: float, period: float) -> dict:
        """`count` readers for so many seconds, after all have opened the page."""
        tally = Tally()
        for _ in range(count - len(self.readers)):
            try:
                self.readers.append(await Reader.come(self.app, self.port))
            except RuntimeError as error:
                tally.error(str(error))
            except FAILURES:
                tally.lost += 1
        until = time.perf_counter() + seconds
        await asyncio.gather(
            *(reader.use(until, tally, period, self.scrolled) for reader in self.readers)
        )
        return tally.summary(count, seconds)

    async def leave(self) -> None:
        await asyncio.gather(*(reader.leave() for reader in self.readers))


async def load(
    app: App, port: int, count: int, seconds: float, period: float, scrolled: bool = False
) -> dict:
    group = Class(app, port, scrolled)
    found = await group.load(count, seconds, period)
    await group.leave()
    return found


# -- what is measured


def measure_readers(args: argparse.Namespace) -> dict:
    found: dict = {}
    ways = {"ours": (OURS, False), "bare": (BARE, False)}
    if args.scrolled:
        ways["scrolled"] = (OURS, True)
    with serve(OURS) as (_, our_port), serve(BARE) as (_, bare_port):
        ports = {OURS: our_port, BARE: bare_port}
        for app, port in ports.items():
            wait_until_healthy(port, 60)
            # Whatever only the first readers of a server wait for.
            asyncio.run(load(app, port, 2, 2.0, PERIOD, app is OURS))
        if args.readers:
            found["readers"] = []
        for count in args.readers:
            row = {
                name: asyncio.run(load(app, ports[app], count, args.seconds, args.period, below))
                for name, (app, below) in ways.items()
            }
            for name, seen in row.items():
                if name != "bare":
                    seen["ratio_p50"] = round(seen["p50_ms"] / row["bare"]["p50_ms"], 3)
                    seen["ratio_p95"] = round(seen["p95_ms"] / row["bare"]["p95_ms"], 3)
                say(name, seen)
            found["readers"].append(row)
        if args.most:
            found["most"] = {
                name: asyncio.run(most(name, Class(app, ports[app], below), args))
                for name, (app, below) in ways.items()
            }
    return found


async def most(name: str, group: Class, args: argparse.Namespace) -> dict:
    """The largest number of readers with a p95 under the bar, and the steps on the way."""
    steps, count, best = [], 1 if group.app is BARE else STEP, 0
    while count <= MOST:
        for _ in range(2):  # a second chance: something else may have kept the machine busy
            seen = await group.load(count, args.seconds, args.period)
            steps.append(seen)
            say(name, seen)
            good = seen["p95_ms"] < P95_BAR and not seen["errors"] + seen["lost"]
            if good:
                break
        if not good:
            break
        best = count
        count += STEP if count >= STEP else 1
    await group.leave()
    return {"readers": best, "steps": steps}


def measure_memory(own: bool) -> dict:
    """Sessions with the same few settings, or with settings of their `own`: then the cache of
    results, which has its bound, is full before."""
    values, seeds = (0.5, 0.8, 1.0, 1.2, 1.5), itertools.count()

    async def visit(port: int, value: float) -> Session:
        query = {"seed": str(next(seeds))} if own else {}
        session = await Session.come(OURS, port, urlencode(query))
        asker = Asker(port, query)
        for name in (LEADS, *FOLLOW):
            await asker.get(name, value)
        asker.close()
        await session.tell(value)
        return session

    async def wave(port: int, count: int) -> list[Session]:
        return await asyncio.gather(*(visit(port, values[n % len(values)]) for n in range(count)))

    async def waves(port: int, count: int) -> None:
        for _ in range(count // AT_ONCE):
            await gone(port, await wave(port, AT_ONCE))

    async def gone(port: int, sessions: list[Session]) -> None:
        await asyncio.gather(*(session.leave() for session in sessions))

    async def tidy(port: int) -> None:
        """Streamlit lets go of what has expired when the next session comes or goes."""
        for _ in range(2):
            await asyncio.sleep(LEAVE + 1)
            await gone(port, await wave(port, 1))
        await asyncio.sleep(COLLECTED)

    async def all_of_it(process: subprocess.Popen, port: int) -> dict:
        await waves(port, SESSIONS if own else AT_ONCE)
        await tidy(port)
        before = memory(process)
        held = await wave(port, AT_ONCE) + await wave(port, AT_ONCE)
        per_session = (memory(process) - before) / len(held)
        await gone(port, held)
        await waves(port, SESSIONS - len(held))
        highest = memory(process)
        await tidy(port)
        after = memory(process)
        await waves(port, SESSIONS)
        await tidy(port)
        return {
            "before_mb": round(before, 1),
            "per_session_mb": round(per_session, 2),
            "with_all_kept_mb": round(highest, 1),
            "after_mb": round(after, 1),
            "sessions": SESSIONS,
            "ratio": round(after / before, 3),
            "after_as_many_again_mb": round(memory(process), 1),
        }

    with serve(OURS, f"--server.disconnectedSessionTTL={LEAVE}") as (process, port):
        wait_until_healthy(port, 60)
        return asyncio.run(all_of_it(process, port))


def measure_cold() -> dict:
    """Seconds from the start of the process to the last message of the first page."""

    async def first_page(app: App, port: int, process: subprocess.Popen) -> None:
        while process.poll() is None:
            try:
                session = await Session.come(app, port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                return await session.leave()
        raise RuntimeError(f"{app.script} could not be served")

    times: dict[str, list[float]] = {name: [] for name in APPS}
    for _ in range(STARTS):
        for name, app in APPS.items():
            start = time.perf_counter()
            with serve(app) as (process, port):
                asyncio.run(first_page(app, port, process))
                times[name].append(round(time.perf_counter() - start, 2))
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {"seconds": times, "ratio": round(medians["ours"] / medians["bare"], 2)}


# -- the table


def say(name: str, seen: dict) -> None:
    line = (
        f"{seen['readers']:4} readers  {WAYS[name]:<20} p50 {seen['p50_ms']:7.1f} ms  "
        f"p95 {seen['p95_ms']:7.1f} ms  {seen['moves_per_reader_s']:.2f} moves/s each  "
        f"errors {seen['errors']}  lost {seen['lost']}"
    )
    if "ratio_p95" in seen:
        line += f"  of the bare app's: p50 {seen['ratio_p50']}×, p95 {seen['ratio_p95']}×"
        if seen["readers"] == 30:
            met = seen["ratio_p95"] <= RATIO_BAR and not seen["errors"] + seen["lost"]
            line += f" {report.verdict(RATIO_BAR, met)}"
    if whole := seen.get("whole_page"):
        line += (
            f"  all in view {whole['times']} times: p50 {whole['p50_ms']} ms, "
            f"p95 {whole['p95_ms']} ms"
        )
    print(line, file=_out, flush=True)


_out = sys.stdout


def main() -> None:
    global _out
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="cold,readers,memory", help="parts, by commas")
    parser.add_argument("--readers", default="1,10,30", help="how many, by commas")
    parser.add_argument("--seconds", type=float, default=15.0, help="per number of readers")
    parser.add_argument("--period", type=float, default=PERIOD, help="seconds between two moves")
    parser.add_argument("--scrolled", action="store_true", help="also with all charts in view")
    parser.add_argument("--most", action="store_true", help="also how many readers are too many")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    args.readers = [int(number) for number in args.readers.split(",") if number]
    parts = set(args.only.split(","))
    if args.json:
        _out = sys.stderr  # what is found on the way
    found: dict = {"machine": report.machine()}
    print(report.on(found["machine"]), file=_out, flush=True)
    if "cold" in parts:
        found["cold"] = cold = measure_cold()
        for name, values in cold["seconds"].items():
            print(f"first complete page, {name}: {values} s", file=_out)
        met = cold["ratio"] <= COLD_BAR
        print(f"ratio {cold['ratio']} {report.verdict(COLD_BAR, met)}", file=_out, flush=True)
    if "readers" in parts:
        found |= measure_readers(args)
        for name, best in found.get("most", {}).items():
            what = f"p95 under {P95_BAR:g} ms up to {best['readers']} readers, {WAYS[name]}"
            print(what, file=_out, flush=True)
    for own in (False, True) if "memory" in parts else ():
        name = "settings of their own" if own else "the same settings"
        found[f"memory, {name}"] = seen = measure_memory(own)
        print(
            f"memory, {name}: {seen['before_mb']} MB before, "
            f"{seen['per_session_mb']} MB per session, "
            f"{seen['with_all_kept_mb']} MB with sessions kept, {seen['after_mb']} MB after "
            f"{seen['sessions']} have left: {seen['ratio']} "
            f"{report.verdict(MEMORY_BAR, seen['ratio'] <= MEMORY_BAR)}; "
            f"{seen['after_as_many_again_mb']} MB after as many again",
            file=_out,
        )
    if args.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

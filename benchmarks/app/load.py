"""Many users at once: our main page against a bare, stock Streamlit app, without browsers.

    python -m benchmarks.app.load [--seconds 8] [--only users,most,memory,cold] [--json]

Every user is a websocket client that moves the main slider once a second, as a browser sends it,
and waits for the last message of the rerun (p50, p95). Each has a seed of its own, so that no
result is found in the cache. A user whose answer is late sends its next move late, as our page's
clock does.

Our page is looked at in two ways. At its top, as it opens, all that is in view moves with the
slider; what is further down is asked for after a longer rest, which a move a second never gives.
Scrolled down, all charts are in view, and whenever the slider rests both fragments that draw them
run, after as long as static/live/clock.js waits on a server as busy as this one.

users   1, 10 and 30 of them, our page in both ways and the bare app in turns. Bar at 30: our p95 at
        most 0.3 times the bare app's, no error, no session lost
most    the largest number, up to 120, with a p95 under 200 ms; in both ways
memory  of the server: per session, and after 200 sessions have come, moved and left; once with the
        same few settings, once with settings of their own each, when the cache of results has been
        filled before. Bar: at most 10 % above the level before
cold    from the start of the process to the first complete page, three starts each in turns. Bar:
        at most 1.3 times the bare app's

Servers and clients share this machine, on loopback. About six minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.app.latency import BARE_APP, SERVE, SERVE_STOCK
from tests.tools.server import free_port, wait_until_healthy

ROOT = Path(__file__).resolve().parents[2]
USERS = (1, 10, 30)
STEPS = (5, 10, 20, 30, 45, 60, 75, 90, 120)
PERIOD = 1.0  # seconds between a user's moves
# As static/live/clock.js: seconds of rest after which our page asks for charts in view; what a mean
# answer may take, if not twice the quickest; how much longer it waits beyond that, and at most.
SETTLE, EASY, BUSY, LONGEST, NEWEST = 0.06, 0.06, 20.0, 1.5, 0.3
PATIENCE = 15.0  # seconds after which an answer counts as lost
SESSIONS, AT_ONCE = 200, 10
LEAVE = 3  # seconds for which the server keeps a session whose browser has gone
COLLECTED = 11  # seconds after which an idle server has given its memory back
STARTS = 3
WAYS = {"top": "ours, at its top", "below": "ours, scrolled down"}
RATIO_BAR, P95_BAR, MEMORY_BAR, COLD_BAR = 0.3, 200.0, 1.1, 1.3

FAILURES = (OSError, TimeoutError, WebSocketException)


@dataclass(frozen=True)
class App:
    """How an app is served, and what a user finds in it."""

    python_args: list[str]
    script: Path
    slider: str  # how the id of the slider's widget ends, or what kind of element it is
    chart: str
    followers: tuple[str, ...] = ()  # a chart of each fragment that runs again after a rest


OURS = App(
    SERVE,
    ROOT / "app.py",
    "-live_gain",
    "-live_gradient_norms",
    ("-live_shares", "-live_trajectories"),
)
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


# -- a user


@dataclass
class User:
    """As much of a browser as it takes to move the main slider."""

    app: App
    connection: ClientConnection
    query: str
    ids: dict[str, str] = field(default_factory=dict)  # of our components, by how they end
    fragments: dict[str, str] = field(default_factory=dict)
    states: dict[str, object] = field(default_factory=dict)
    moves: int = 0
    mean: float = 0.0  # seconds that the slider's answers take
    quickest: float = float("inf")

    @classmethod
    async def come(cls, app: App, port: int, query: str = "") -> User:
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
        user = cls(app, connection, query)
        user.states = {}
        await user.ask()
        wanted = {app.slider, app.chart, *app.followers}
        if missing := wanted - user.ids.keys():
            raise RuntimeError(f"not on the page: {missing}")
        return user

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

    async def move(self, value: float) -> float:
        """Milliseconds from the move to the last message of its rerun."""
        self.moves += 1
        slider = self.ids[self.app.slider]
        if self.app is BARE:
            self.states[slider] = round(100 * value / 3)
        else:
            move = {"value": value, "seq": self.moves, "final": True, "again": False}
            self.states[slider] = {"move": move}
        start = time.perf_counter()
        drawn = await self.ask(self.fragments[self.app.slider])
        elapsed = time.perf_counter() - start
        self.quickest = min(self.quickest, elapsed)
        self.mean += NEWEST * (elapsed - self.mean)
        if self.app.chart not in drawn:
            raise RuntimeError("the chart was not drawn again")
        return 1000 * elapsed

    @property
    def patience(self) -> float:
        """Seconds of rest after which our page asks for the charts further down."""
        return min(LONGEST, max(SETTLE, BUSY * (self.mean - min(EASY, 2 * self.quickest))))

    async def rest(self) -> None:
        """What our page asks for then, if they are in view."""
        for chart in self.app.followers:
            self.states[self.ids[chart]] = {"seen": f"{self.moves}"}
            if chart not in await self.ask(self.fragments[chart]):
                raise RuntimeError("a chart further down was not drawn again")

    async def leave(self) -> None:
        await self.connection.close()


@dataclass
class Tally:
    """What users met."""

    times: list[float] = field(default_factory=list)  # ms: a move to the end of its rerun
    whole: list[float] = field(default_factory=list)  # ms: the same to the last chart in view
    errors: int = 0
    lost: int = 0

    def summary(self, users: int, seconds: float) -> dict:
        ordered = sorted(self.times)
        return {
            "users": users,
            "p50_ms": round(quantile(ordered, 0.5), 1),
            "p95_ms": round(quantile(ordered, 0.95), 1),
            "whole_page_p50_ms": round(quantile(sorted(self.whole), 0.5), 1),
            "whole_page_p95_ms": round(quantile(sorted(self.whole), 0.95), 1),
            "moves": len(ordered),
            "whole_pages": len(self.whole),
            "moves_per_user_s": round(len(ordered) / users / seconds, 2),
            "errors": self.errors,
            "lost": self.lost,
        }


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


async def use(user: User, until: float, tally: Tally, rng: random.Random, below: bool) -> None:
    """Move once a second, from a random moment on; `below`: the charts further down are in view."""
    due = time.perf_counter() + PERIOD * rng.random()
    try:
        while due < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            start = time.perf_counter()
            tally.times.append(await user.move(rng.randrange(20, 200) / 100))
            due = max(due + PERIOD, time.perf_counter())
            if below and user.app.followers:
                if time.perf_counter() + user.patience > due:
                    continue  # the slider moves again before that
                await asyncio.sleep(user.patience)
                await user.rest()
            tally.whole.append(1000 * (time.perf_counter() - start))
    except RuntimeError:
        tally.errors += 1
    except FAILURES:
        tally.lost += 1


async def load(app: App, port: int, count: int, seconds: float, below: bool = False) -> dict:
    """`count` users for so many seconds, after all have opened the page."""
    rng, tally, users = random.Random(count), Tally(), []
    for number in range(count):
        query = f"seed={rng.randrange(10**6)}" if app is OURS else ""
        try:
            users.append(await User.come(app, port, query))
        except RuntimeError as error:
            print(f"user {number}: {error}", file=sys.stderr)
            tally.errors += 1
        except FAILURES:
            tally.lost += 1
    until = time.perf_counter() + seconds
    await asyncio.gather(*(use(user, until, tally, rng, below) for user in users))
    await asyncio.gather(*(user.leave() for user in users))
    return tally.summary(count, seconds)


# -- what is measured


def measure_users(seconds: float, find_most: bool, levels: bool) -> dict:
    found: dict = {}
    with serve(OURS) as (_, our_port), serve(BARE) as (_, bare_port):
        wait_until_healthy(our_port, 60)
        wait_until_healthy(bare_port, 60)
        ports = {"ours": our_port, "bare": bare_port}
        for name, app in APPS.items():  # whatever only the first user of a server waits for
            asyncio.run(load(app, ports[name], 2, 2.0))
        if levels:
            found["users"] = []
            for count in USERS:
                row = {
                    "top": asyncio.run(load(OURS, our_port, count, seconds)),
                    "bare": asyncio.run(load(BARE, bare_port, count, seconds)),
                    "below": asyncio.run(load(OURS, our_port, count, seconds, below=True)),
                }
                for name in ("top", "below"):
                    ratio = row[name]["p95_ms"] / row["bare"]["p95_ms"]
                    row[name]["ratio_p95"] = round(ratio, 3)
                found["users"].append(row)
                print_users(row)
        if find_most:
            for name, below in (("most_top", False), ("most_below", True)):
                found[name] = most(our_port, seconds, below)
    return found


def most(port: int, seconds: float, below: bool) -> dict:
    """The largest number of users with a p95 under the bar, and the steps on the way."""
    steps = []
    for count in STEPS:
        seen = asyncio.run(load(OURS, port, count, seconds, below))
        steps.append(seen)
        what = WAYS["below" if below else "top"]
        print(
            f"{count:4} users, {what}: p50 {seen['p50_ms']} ms, p95 {seen['p95_ms']} ms, "
            f"{seen['moves_per_user_s']} moves/s each, errors {seen['errors']}, "
            f"lost {seen['lost']}",
            flush=True,
        )
        if seen["p95_ms"] >= P95_BAR or seen["errors"] or seen["lost"]:
            break
    good = [s["users"] for s in steps if s["p95_ms"] < P95_BAR and not s["errors"] + s["lost"]]
    return {"users": max(good, default=0), "steps": steps}


def measure_memory(own: bool) -> dict:
    """Sessions with the same few settings, or with settings of their `own`: then the cache of
    results, which has its bound, is full before."""
    values, seeds = (0.5, 0.8, 1.0, 1.2, 1.5), itertools.count()

    async def visit(port: int, value: float) -> User:
        user = await User.come(OURS, port, f"seed={next(seeds)}" if own else "")
        await user.move(value)
        await user.rest()
        return user

    async def wave(port: int, count: int) -> list[User]:
        return await asyncio.gather(*(visit(port, values[n % len(values)]) for n in range(count)))

    async def waves(port: int, count: int) -> None:
        for _ in range(count // AT_ONCE):
            await gone(port, await wave(port, AT_ONCE))

    async def gone(port: int, users: list[User]) -> None:
        await asyncio.gather(*(user.leave() for user in users))

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
                user = await User.come(app, port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                return await user.leave()
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


def print_users(row: dict) -> None:
    for name, label in (WAYS | {"bare": "the bare app"}).items():
        seen = row[name]
        print(
            f"{seen['users']:4} users  {label:<20} p50 {seen['p50_ms']:8.1f} ms  "
            f"p95 {seen['p95_ms']:8.1f} ms  {seen['moves_per_user_s']:.2f} moves/s each  "
            f"all in view {seen['whole_pages']:4} times, p95 {seen['whole_page_p95_ms']:8.1f} ms  "
            f"errors {seen['errors']}  "
            f"lost {seen['lost']}",
            flush=True,
        )
    ratios = ", ".join(f"{row[name]['ratio_p95']} {label}" for name, label in WAYS.items())
    print(f"{'':12}p95 of ours / bare: {ratios} (bar at 30 users: {RATIO_BAR})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="per number of users")
    parser.add_argument("--only", default="cold,users,most,memory", help="parts, by commas")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, too")
    args = parser.parse_args()
    parts = set(args.only.split(","))
    cores, load_before = os.cpu_count(), os.getloadavg()[0]
    found: dict = {
        "machine": {
            "system": platform.platform(),
            "cores": cores,
            "load_before": round(load_before, 2),
        }
    }
    print(f"{cores} cores, load before {load_before:.2f}", flush=True)
    if "cold" in parts:
        found["cold"] = cold = measure_cold()
        for name, values in cold["seconds"].items():
            print(f"first complete page, {name}: {values} s")
        print(f"ratio {cold['ratio']} (bar {COLD_BAR})", flush=True)
    if parts & {"users", "most"}:
        found |= measure_users(args.seconds, "most" in parts, "users" in parts)
        for name, what in WAYS.items():
            if (best := found.get(f"most_{name}")) is not None:
                print(f"p95 under {P95_BAR:g} ms up to {best['users']} users, {what}")
    for own in (False, True) if "memory" in parts else ():
        name = "settings of their own" if own else "the same settings"
        found[f"memory, {name}"] = seen = measure_memory(own)
        print(
            f"memory, {name}: {seen['before_mb']} MB before, "
            f"{seen['per_session_mb']} MB per session, "
            f"{seen['with_all_kept_mb']} MB with sessions kept, {seen['after_mb']} MB after "
            f"{seen['sessions']} have left: {seen['ratio']} (bar {MEMORY_BAR}); "
            f"{seen['after_as_many_again_mb']} MB after as many again"
        )
    if args.json:
        print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

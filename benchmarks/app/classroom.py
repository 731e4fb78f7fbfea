"""A class on this machine: the phones of one room, and how long an answer takes to the projector.

    python -m benchmarks.app.classroom                  200 phones, 10 rounds, one server, SQLite
    python -m benchmarks.app.classroom --servers 2      two processes that share the database
    python -m benchmarks.app.classroom --postgres       a PostgreSQL server of its own
    python -m benchmarks.app.classroom --students 30 --rounds 3

Real servers (`python -m ui.server.serve`), HTTP as the browsers speak it: each phone keeps a
connection and asks again as often as it is told to, the projector as well. In each round every
phone answers once within --spread seconds; in the middle of the middle one the first server is
killed (kill -9) and started again. At the end every answer must be in the results as it was sent;
code 1 where one is missing, or where the 95th percentile of their ways to the projector is over a
second (without the round of the kill). Phones, projector and servers share the machine. It ends by
itself in some two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import io
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.tools.databases import postgres
from tests.tools.server import free_port, wait_until_healthy

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for a round, or for what else must happen


class Lost(Exception):
    """No answer."""


class Client:
    """A connection that is kept, to one of the servers; to the next one where that is gone."""

    def __init__(self, ports: list[int], first: int) -> None:
        self.ports, self.at = ports, first % len(ports)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, sent: object = None, **headers: str):
        """(status, headers, body); raises Lost."""
        body = b"" if sent is None else json.dumps(sent).encode()
        lines = [f"{method} {path} HTTP/1.1", "host: class", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        try:
            async with asyncio.timeout(10):
                if self.streams is None:
                    self.streams = await asyncio.open_connection("127.0.0.1", self.ports[self.at])
                reader, writer = self.streams
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                found = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                length = int(found.get("content-length", 0))
                return int(head[0].split()[1]), found, await reader.readexactly(length)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            self.at = (self.at + 1) % len(self.ports)
            raise Lost from error

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()
        self.streams = None


class Class:
    """What happens in one room."""

    def __init__(self, ports: list[int], students: int, rounds: int, spread: float) -> None:
        self.ports, self.students, self.rounds, self.spread = ports, students, rounds, spread
        self.code = self.host = ""
        self.sent: dict[tuple[str, int], float] = {}  # by name and round
        self.joined: list[float] = []
        self.took: dict[int, list[float]] = {}  # seconds of a POST
        # By round: when each answer had been taken, and was sent; when so many were to be seen.
        self.answers: dict[int, list[tuple[float, float]]] = {}
        self.seen: dict[int, list[tuple[float, int]]] = {}
        self.asked = 0
        self.lost = 0
        self.over = False

    async def act(self, client: Client, what: str, **sent: object) -> dict:
        """Something the host does, until it is done."""
        while True:
            with contextlib.suppress(Lost):
                path = f"/rooms/{self.code}/{what}"
                status, _, body = await client.ask("POST", path, sent, x_unroll_host=self.host)
                if status == 200:
                    return json.loads(body)
                raise SystemExit(f"{what}: {status} {body.decode()}")
            await asyncio.sleep(0.3)

    async def projector(self) -> None:
        """The teacher's browser, which shows what it gets."""
        client, tag, wait = Client(self.ports, 0), "", 0.3
        while not self.over:
            try:
                status, headers, body = await client.ask(
                    "GET", f"/rooms/{self.code}", x_unroll_host=self.host, if_none_match=tag
                )
                if status == 200:
                    view, tag = json.loads(body), headers["etag"]
                    wait = view["again"]
                    if now := view["round"]:
                        seen = self.seen.setdefault(now["number"], [])
                        seen.append((time.perf_counter(), now["answered"]))
            except Lost:
                self.lost += 1
            await asyncio.sleep(wait * random.uniform(0.9, 1.1))

    async def phone(self, number: int) -> None:
        """Joins, and answers every round once."""
        client, token, name = Client(self.ports, number), secrets.token_hex(16), f"n{number}"
        await asyncio.sleep(random.uniform(0, 3))
        began = time.perf_counter()
        await self.until(client, "join", {"token": token, "nickname": name})
        self.joined.append(time.perf_counter() - began)
        tag, wait, done = "", 1.0, 0
        while not self.over:
            try:
                status, headers, body = await client.ask(
                    "GET", f"/rooms/{self.code}", x_unroll_student=token, if_none_match=tag
                )
                self.asked += 1
                if status == 200:
                    view, tag = json.loads(body), headers["etag"]
                    wait, now = view["again"], view["round"]
                    if now and not now["revealed"] and now["number"] > done:
                        assert "truth" not in now
                        done = now["number"]
                        await self.answer(client, token, name, done)
            except Lost:
                self.lost += 1
            await asyncio.sleep(wait * random.uniform(0.9, 1.1))
        client.close()

    async def answer(self, client: Client, token: str, name: str, number: int) -> None:
        await asyncio.sleep(random.uniform(0, self.spread))
        value = round(random.uniform(-12, 12), 1)
        began = time.perf_counter()
        await self.until(client, "answer", {"token": token, "round": number, "value": value})
        taken = time.perf_counter()
        self.sent[name, number] = value
        self.took.setdefault(number, []).append(taken - began)
        self.answers.setdefault(number, []).append((taken, began))

    async def until(self, client: Client, what: str, sent: dict) -> None:
        """Say it until it has been heard, as a phone does."""
        while True:
            with contextlib.suppress(Lost):
                status, _, body = await client.ask("POST", f"/rooms/{self.code}/{what}", sent)
                if status == 200:
                    return
                if status < 500:
                    raise SystemExit(f"{what}: {status} {body.decode()}")
            self.lost += 1
            await asyncio.sleep(0.5)

    async def run(self, kill) -> str:
        """Everything, from opening to the results as CSV. `kill()` kills and starts a server."""
        teacher = Client(self.ports, 0)
        _, _, body = await teacher.ask("POST", "/rooms", {"nicknames": True})
        made = json.loads(body)
        self.code, self.host = made["code"], made["host"]
        async with asyncio.TaskGroup() as group:
            group.create_task(self.projector())
            for number in range(self.students):
                group.create_task(self.phone(number))
            while len(self.joined) < self.students:
                await asyncio.sleep(0.1)
            for number in range(1, self.rounds + 1):
                await self.act(teacher, "send", source="random", name="", question="share")
                if number == self.killed:
                    await asyncio.sleep(self.spread / 2)
                    group.create_task(asyncio.to_thread(kill))
                async with asyncio.timeout(PATIENCE):
                    while len(self.answers.get(number, ())) < self.students or (
                        self.seen[number][-1][1] < self.students
                    ):
                        await asyncio.sleep(0.05)
                await self.act(teacher, "reveal", round=number)
            self.over = True
        _, _, body = await teacher.ask("GET", f"/rooms/{self.code}/csv", x_unroll_host=self.host)
        return body.decode()

    @property
    def killed(self) -> int:
        """The round in which a server dies."""
        return self.rounds // 2

    def ways(self, number: int) -> list[float]:
        """Seconds from the tap to the projector, for each answer of a round: the n-th that was
        taken is on it once n are."""
        shown = self.seen[number]
        found = []
        for count, (_, began) in enumerate(sorted(self.answers[number]), 1):
            at = next(when for when, answered in shown if answered >= count)
            found.append(at - began)
        return found


@contextlib.contextmanager
def servers(url: str, count: int, log: Path) -> Iterator[tuple[list[int], list]]:
    """So many processes on one database: their ports, and themselves."""
    ports = [free_port() for _ in range(count)]
    running: list[subprocess.Popen] = []

    def start(port: int) -> subprocess.Popen:
        own = {"PORT": str(port), "STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "UNROLL_DB": url}
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "ui.server.serve"],
                cwd=ROOT,
                env=os.environ | own,
                stdout=out,
                stderr=out,
            )
        wait_until_healthy(port)
        return process

    def kill() -> None:
        running[0].kill()
        running[0].wait()
        running[0] = start(ports[0])

    running += [start(port) for port in ports]
    try:
        yield ports, kill
    finally:
        for process in running:
            process.kill()
            process.wait()


def line(what: str, seconds: list[float]) -> float:
    """A row of the table; the 95th percentile."""
    p50, p95, most = (1000 * np.percentile(seconds, p) for p in (50, 95, 100))
    print(f"{what:<52} {len(seconds):6} {p50:9.0f} {p95:9.0f} {most:9.0f}")
    return p95


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--spread", type=float, default=4.0, help="seconds in which all answer")
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder}/rooms.sqlite"
        if asked.postgres:
            url = stack.enter_context(postgres())
        ports, kill = stack.enter_context(servers(url, asked.servers, Path(folder) / "log"))
        room = Class(ports, asked.students, asked.rounds, asked.spread)
        began = time.perf_counter()
        results = asyncio.run(room.run(kill))
        took = time.perf_counter() - began
    print(
        f"{asked.students} students, {asked.rounds} rounds, {asked.servers} server(s), "
        f"{'PostgreSQL' if asked.postgres else 'SQLite'}, {took:.0f} s; "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
    )
    print(f"{'ms':<52} {'n':>6} {'p50':>9} {'p95':>9} {'most':>9}")
    usual = [n for n in range(1, asked.rounds + 1) if n != room.killed]
    line("to join", room.joined)
    line("an answer, until it is taken", [s for n in usual for s in room.took[n]])
    p95 = line("an answer, from the tap to the projector", [s for n in usual for s in room.ways(n)])
    if room.killed:
        line("the same, in the round of the kill", room.ways(room.killed))
    kept = {
        (row["student"], int(row["round"])): float(row["answer"])
        for row in csv.DictReader(io.StringIO(results))
    }
    missing = sum(kept.get(key) != value for key, value in room.sent.items())
    wanted = asked.students * asked.rounds
    print(
        f"\n{room.asked / took:.0f} questions a second of the phones; {room.lost} without an "
        f"answer (asked again); {missing} of {wanted} answers lost, {len(kept)} in the results"
    )
    good = not missing and len(kept) == wanted and p95 <= 1000
    print("ok" if good else "NOT ok")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())

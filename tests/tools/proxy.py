"""Proxies in front of a server, on loopback. One strips a prefix from every path, as JupyterHub and
code-server do: the server behind it knows nothing of it, and only the browser does. One is slow,
and one is far away."""

import queue
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def stripping(prefix: str, port: int) -> Iterator[tuple[str, list[str]]]:
    """In front of `port`; yields the address to open, and the paths asked for outside of it."""
    astray: list[str] = []

    class Handler(BaseRequestHandler):
        """One request of HTTP, or one websocket."""

        def handle(self) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                more = self.request.recv(65536)
                if not more:
                    return
                head += more
            method, path, rest = head.split(b" ", 2)
            if not path.startswith(prefix.encode()):
                astray.append(path.decode())
                self.request.sendall(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n")
                return
            if b"\r\nupgrade:" not in rest.lower():
                rest = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"\r\nConnection: close", rest)
            with socket.create_connection(("127.0.0.1", port)) as behind:
                behind.sendall(b" ".join([method, path[len(prefix) - 1 :], rest]))
                back = threading.Thread(target=_carry, args=(behind, self.request), daemon=True)
                back.start()
                _carry(self.request, behind)
                back.join()

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{prefix}", astray
        finally:
            server.shutdown()


@contextmanager
def delaying(seconds: float, port: int) -> Iterator[str]:
    """In front of `port`, as far away as a round trip of `seconds`; yields the address to open.

    Every chunk of bytes arrives half of it later, in either direction.
    """

    class Handler(BaseRequestHandler):
        """One connection, whatever it speaks."""

        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as behind:
                for end in (self.request, behind):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ways = [(self.request, behind), (behind, self.request)]
                threads = [
                    threading.Thread(
                        target=_carry_late, args=(*way, lambda: seconds / 2), daemon=True
                    )
                    for way in ways
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def late(port: int, seconds: tuple[float, float], seed: int) -> Iterator[str]:
    """In front of `port`: what the session and the live answers say comes later by a time drawn
    anew for each piece, in the order in which it was said. Files come at once. Yields the
    address."""
    times = random.Random(seed)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            if not (head := self.request.recv(65536)):
                return
            asked = head.split(b" ", 2)[1]
            if asked != b"/_stcore/stream":  # a connection for each question
                head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"\r\nConnection: close", head)
            with socket.create_connection(("127.0.0.1", port)) as behind:
                behind.sendall(head)
                there = threading.Thread(target=_carry, args=(self.request, behind), daemon=True)
                there.start()
                if asked.startswith((b"/_stcore/stream", b"/live/")):
                    _carry_late(behind, self.request, lambda: times.uniform(*seconds))
                else:
                    _carry(behind, self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def _carry_late(source: socket.socket, target: socket.socket, delay) -> None:
    pieces: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def bring() -> None:
        while True:
            due, data = pieces.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                break
            with suppress(OSError):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    bringing = threading.Thread(target=bring, daemon=True)
    bringing.start()
    with suppress(OSError):
        while data := source.recv(65536):
            pieces.put((time.monotonic() + delay(), data))
    pieces.put((time.monotonic(), b""))
    bringing.join()

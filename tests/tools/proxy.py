"""Proxies on loopback: one that strips a prefix from every path, as JupyterHub and code-server do
(the server behind it knows nothing of it, and only the browser does), and one that is far away."""

import queue
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
                    threading.Thread(target=_carry_late, args=(*way, seconds / 2), daemon=True)
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


def _carry_late(source: socket.socket, target: socket.socket, seconds: float) -> None:
    """`_carry` with every chunk `seconds` under way; chunks do not wait for each other."""
    way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def arrive() -> None:
        with suppress(OSError):
            while True:
                due, data = way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    break
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    threading.Thread(target=arrive, daemon=True).start()
    with suppress(OSError):
        while data := source.recv(65536):
            way.put((time.monotonic() + seconds, data))
    way.put((time.monotonic() + seconds, b""))


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)

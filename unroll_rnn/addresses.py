"""Where a server that listens on an address can be opened: `python -m unroll_rnn.addresses HOST
PORT` says it before `make run` serves."""

from __future__ import annotations

import contextlib
import socket
import sys

_ALL = ("0.0.0.0", "::")
_ELSEWHERE = "192.0.2.1"  # of no machine; nothing is sent there


def addresses(host: str, port: int) -> list[str]:
    """The addresses to type into a browser; the first is for this machine."""
    if host not in _ALL:
        return [_address("localhost" if host == "127.0.0.1" else host, port)]
    return [_address(name, port) for name in ("localhost", *_of_this_machine())]


def _of_this_machine() -> list[str]:
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((_ELSEWHERE, 9))  # picks the way out, and with it our own address
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)]
    here = dict.fromkeys(str(name) for name in found)
    return [name for name in here if not name.startswith(("127.", "::1", "fe80"))]


def _address(name: str, port: int) -> str:
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def main() -> None:
    host, port = sys.argv[1], int(sys.argv[2])
    first, *others = addresses(host, port)
    print(f"Unroll is served at {first}  (Ctrl-C stops it)")
    for other in others:
        print(f"  and, for others, at {other}")
    if host not in _ALL:
        print("  for this machine only; HOST=0.0.0.0 lets the network in")


if __name__ == "__main__":
    main()

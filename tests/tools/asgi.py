"""A question to an ASGI app without a server: what a route answers, and how."""

import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def ask(
    app, method: str, path: str, sent=None, *, client: str = "203.0.113.7", **headers
) -> Answer:
    """What `app` answers. sent: JSON, or bytes as they are. Headers with _ for -."""
    body = sent if isinstance(sent, bytes) else b"" if sent is None else json.dumps(sent).encode()
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "client": (client, 1),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    out = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        out.append(message)

    asyncio.run(app(scope, receive, send))
    found = {k.decode(): v.decode() for k, v in out[0]["headers"]}
    return Answer(out[0]["status"], found, b"".join(m.get("body", b"") for m in out[1:]))

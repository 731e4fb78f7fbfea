"""Proves deploy/nginx.conf with a real nginx and two replicas on loopback. By hand, as root:

    apt-get install nginx-light chromium
    .venv/bin/python -m deploy.prove_nginx

The file is the one of compose.yaml; only its addresses, ports and paths are replaced (`configure`),
and a header that names the replica is added, for the proof to see which one answered. Prints a row
per claim with what was seen, and ends with code 1 if one does not hold. About two minutes.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from email.message import Message
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from deploy.look import PATHS, Visit, chromium
from ui.live import assets
from ui.server import limits

ROOT = Path(__file__).resolve().parent.parent
FIRST = int(os.environ.get("FIRST_PORT", "8675"))
FRONT, REPLICAS = FIRST, (FIRST + 1, FIRST + 2)
URL = f"http://127.0.0.1:{FRONT}"
COOKIE = "unroll_browser"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SLIDER = ".unroll-slider[data-key=gain] input[type=range]"

rows: list[bool] = []


def row(claim: str, seen: object, holds: bool) -> None:
    """Print one line of the table."""
    rows.append(holds)
    print(f"{'ok' if holds else 'NO':3} {claim:<62} {seen}", flush=True)


# -- what runs


def configure(work: Path) -> Path:
    """deploy/nginx.conf for this machine."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    server = re.search(r"server app:8501 (.*);", text)
    servers = "\n".join(f"server 127.0.0.1:{port} {server[1]};" for port in REPLICAS)
    for old, new in (
        (" /tmp/", f" {work}/"),
        (server[0], servers),
        ("listen 8080;", f"listen 127.0.0.1:{FRONT}; add_header X-Replica $upstream_addr always;"),
        ("error_log stderr", f"error_log {work}/error.log"),
        ("/dev/stdout", f"{work}/access.log"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    path = work / "nginx.conf"
    path.write_text(text)
    return path


@contextlib.contextmanager
def nginx(work: Path):
    """nginx until the end of the block, as in the container: without any privilege."""
    command = ["nginx", "-e", f"{work}/error.log", "-c", str(configure(work))]
    if os.getuid() == 0:
        os.chown(work, 65534, 65534)
        user = ("--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs")
        command = ["setpriv", *user, "--bounding-set=-all", *command]
    subprocess.run([*command, "-t", "-q"], check=True)
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def replica(port: int, work: Path) -> subprocess.Popen:
    """One app process, as the container starts it."""
    settings = {"PORT": str(port), "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    with open(work / f"replica-{port}.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.server.serve"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
        )
    wait_for(f"http://127.0.0.1:{port}/_stcore/health")
    return process


def wait_for(url: str, seconds: float = 30) -> None:
    """Return once `url` answers 200."""
    deadline = time.monotonic() + seconds
    while get(url)[0] != 200:
        if time.monotonic() > deadline:
            raise TimeoutError(url)
        time.sleep(0.05)


def get(url: str, **options) -> tuple[int, Message, bytes]:
    """(status, headers, body) of a request; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except OSError:
        return 0, Message(), b""


def port_of(headers) -> int:
    """The replica that answered: the last of those that were asked."""
    return int(headers["X-Replica"].split(",")[-1].rsplit(":", 1)[1])


def stream(cookie: str | None = None):
    """The websocket of a browser with this cookie."""
    return connect(
        f"ws://127.0.0.1:{FRONT}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=URL,
        additional_headers={"Cookie": cookie} if cookie else None,
        compression=None,
        max_size=None,
    )


def run_the_page(socket) -> int:
    """Ask for the first page; the messages until its run has ended."""
    socket.send(BackMsg(rerun_script={"query_string": ""}).SerializeToString())
    count = 0
    while True:
        message = ForwardMsg()
        message.ParseFromString(socket.recv(timeout=30))
        count += 1
        if message.WhichOneof("type") == "script_finished":
            return count


# -- what is claimed


def check_stickiness() -> None:
    """Twenty browsers: every request of one, of whatever kind, is answered by one replica."""
    wandering, where = [], Counter()
    for _ in range(20):
        _, headers, _ = get(URL)
        cookie = headers["Set-Cookie"].split(";")[0]
        seen = set()
        for path in ("", "training", "app/static/icon.svg", "_stcore/host-config", "media/none"):
            _, headers, _ = get(f"{URL}/{path}", headers={"Cookie": cookie})
            # /media/none is nowhere: it is asked of its own replica first, then of the others.
            seen.add(headers["X-Replica"].split(",")[0])
        with stream(cookie) as socket:
            seen.add(socket.response.headers["X-Replica"])
        wandering += [cookie] * (len(seen) != 1)
        where[seen.pop()] += 1
    row(
        "20 browsers, 5 requests and a websocket each: one replica per browser",
        f"{len(wandering)} wander; {dict(where)}",
        not wandering and len(where) == 2,
    )
    seen = {get(URL)[1]["X-Replica"] for _ in range(10)}
    row("without cookies: by address", f"{len(seen)} replica in 10 requests", len(seen) == 1)


def check_answers() -> None:
    """Headers, compression, limits."""
    with stream() as socket:
        upgraded = socket.response.status_code
        row(
            "websocket upgrade, and a whole run of the first page through it",
            f"{upgraded}, {run_the_page(socket)} messages",
            upgraded == 101,
        )
        ws_headers = socket.response.headers
    page = get(URL)[2].decode()
    bundle = re.search(r"static/js/index\.[\w-]+\.js", page)[0]
    for path in ("", bundle, "app/static/live/slider.js", "media/none"):
        status, headers, _ = get(f"{URL}/{path}")
        wrong = [
            name
            for name, start in HEADERS.items()
            if [value[: len(start)] for value in headers.get_all(name) or []] != [start]
        ]
        row(
            f"security headers, each once: /{path}",
            f"{status}, wrong: {wrong or 'none'}",
            not wrong,
        )
    missing = [name for name in HEADERS if name not in ws_headers]
    row("security headers: the websocket's answer", f"missing: {missing or 'none'}", not missing)
    flags = get(URL)[1]["Set-Cookie"].lower()
    row("cookie", flags, "httponly" in flags and "samesite=lax" in flags)
    for path in (bundle, assets.plotly_js()):
        _, headers, body = get(f"{URL}/{path}", headers={"Accept-Encoding": "gzip"})
        packed = headers.get("Content-Encoding") == "gzip"
        plain = gzip.decompress(body) if packed else body
        row(f"gzip: {path}", f"{len(plain) / 1e6:.2f} MB as {len(body) / 1e6:.2f} MB", packed)
    beyond = (limits.UPLOAD_MB + 2) * 2**20
    status, _, _ = get(f"{URL}/_stcore/upload_file/a/b", data=b"x" * beyond, method="PUT")
    row(f"a body of {limits.UPLOAD_MB + 2} MB is refused", status, status in (413, 0))
    status = get(f"{URL}/_stcore/metrics")[0]
    row("metrics are not shown outside", status, status == 404)
    outcomes: Counter = Counter()
    with contextlib.ExitStack() as stack:
        for _ in range(270):
            try:
                stack.enter_context(stream())
                outcomes[101] += 1
            except InvalidStatus as error:
                outcomes[error.response.status_code] += 1
    row(
        "270 websockets from one address",
        dict(outcomes),
        outcomes[101] == 256 and outcomes[429] == 14,
    )


def check_pages(browser) -> None:
    """Every page under the policy, with nothing in the console."""
    visit = Visit(browser, URL)
    for path in PATHS:
        seconds = visit.open(path)
        visit.page.wait_for_timeout(500)
        wrong = visit.complaints + visit.alerts() + sorted(visit.elsewhere)
        row(
            f"page /{path} under the policy",
            f"{seconds:.1f} s, {wrong or 'no complaint'}",
            not wrong,
        )
        visit.complaints.clear()
    visit.context.close()


def gain(visit: Visit) -> float:
    return float(visit.page.eval_on_selector(SLIDER, "slider => slider.value"))


def same(address: str, now: str) -> bool:
    """Whether what an address says is in the one of now, which names all settings after a move."""
    before, after = (dict(parse_qsl(urlsplit(url).query)) for url in (address, now))
    return before.items() <= after.items()


def where(visit: Visit) -> int:
    """The replica of this browser's next request."""
    headers = visit.context.request.get(f"{URL}/_stcore/host-config").headers
    return port_of({"X-Replica": headers["x-replica"]})


def downloads(visit: Visit) -> int:
    """Bytes of the curve's CSV, by the button on the page; 0 where it does not come."""
    with visit.page.expect_download(timeout=15_000) as waiting:
        visit.page.get_by_test_id("stDownloadButton").locator("button").first.click()
    return 0 if waiting.value.failure() else waiting.value.path().stat().st_size


def check_failure(browser, replicas: dict[int, subprocess.Popen], work: Path) -> None:
    """kill -9 one of the two while pages are open on it."""
    visits: list[tuple[Visit, str, list[float]]] = []
    while len({where(visit) for visit, _, _ in visits}) < 2 or len(visits) < 6:
        number = len(visits)
        query = (
            f"?gain={1.11 + number / 100:.2f}&seq_len={40 + number}&init=orthogonal&seed={number}"
        )
        visit, opened = Visit(browser, URL), []
        visit.page.on("websocket", lambda _, opened=opened: opened.append(time.monotonic()))
        visit.open(query)
        visit.page.wait_for_timeout(800)
        visits.append((visit, visit.page.url, opened))
    victim = Counter(where(visit) for visit, _, _ in visits).most_common(1)[0][0]
    on_it = [entry for entry in visits if where(entry[0]) == victim]
    gains = [gain(visit) for visit, _, _ in on_it]
    replicas[victim].send_signal(signal.SIGKILL)
    replicas[victim].wait()
    killed = time.monotonic()
    back, lost = [], []
    for (visit, address, opened), held in zip(on_it, gains, strict=True):
        while opened[-1] < killed and time.monotonic() < killed + 30:
            visit.page.wait_for_timeout(50)
        back.append(opened[-1] - killed)
        visit.drawn(30)
        if gain(visit) != held or not same(address, visit.page.url):
            lost.append(f"{address}: gain {gain(visit)}, {visit.page.url}")
        before = visit.page.inner_text(".unroll-verdict")
        visit.page.focus(SLIDER)
        visit.page.keyboard.press("End")
        try:
            visit.page.wait_for_function(
                "before => document.querySelector('.unroll-verdict').innerText !== before",
                arg=before,
                timeout=15_000,
            )
        except Exception as error:
            lost.append(f"{address}: the slider moves nothing ({error})")
        lost += visit.alerts()
    row(
        f"kill -9 of a replica with {len(on_it)} of {len(visits)} pages open on it: all come back",
        f"a new websocket after {min(back):.1f} to {max(back):.1f} s",
        max(back) < 30,
    )
    row("they hold their settings, and their sliders move the picture", lost or "all", not lost)
    on_other = [visit for visit, _, _ in visits if visit not in [v for v, _, _ in on_it]]
    disturbed = [visit.url for visit in on_other if visit.alerts()]
    row("pages on the other replica notice nothing", disturbed or "nothing", not disturbed)
    visit = on_it[0][0]
    row("a download from a page that came back", f"{downloads(visit)} B", downloads(visit) > 0)
    replicas[victim] = replica(victim, work)
    time.sleep(11)  # fail_timeout, after which nginx tries the returned one again
    now = where(visit)
    row("the killed one is back: requests of that browser", f"go to {now}", now == victim)
    row(
        "a download, its websocket being on the other",
        f"{downloads(visit)} B",
        downloads(visit) > 0,
    )
    errors = [line for line in visit.complaints if "ERR_CONNECTION" not in line]
    print(f"    what that page's console said on the way: {errors or 'nothing'}")
    for visit, _, _ in visits:
        visit.context.close()


def main() -> None:
    """The whole proof."""
    version = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip()
    print(version)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        replicas = {port: replica(port, work) for port in REPLICAS}
        try:
            with nginx(work) as front:
                wait_for(f"{URL}/_stcore/health")
                check_stickiness()
                check_answers()
                with chromium() as browser:
                    check_pages(browser)
                    check_failure(browser, replicas, work)
                front.send_signal(signal.SIGTERM)
                row("nginx ends", code := front.wait(10), code == 0)
        finally:
            for process in replicas.values():
                process.terminate()
            codes = [process.wait(10) for process in replicas.values()]
        row("both replicas end on SIGTERM", codes, codes == [0, 0])
        for port in REPLICAS:
            print(
                f"    log of {port}: {(work / f'replica-{port}.log').read_text().splitlines()[-6:]}"
            )
        if os.environ.get("SHOW_LOGS"):
            print(
                (work / "error.log").read_text()[-3000:], (work / "access.log").read_text()[-3000:]
            )
    raise SystemExit(not all(rows))


if __name__ == "__main__":
    main()

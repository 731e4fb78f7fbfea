"""The wire between Python and the browser, and the browser's side of a moving slider."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from ui.live import assets, wire

STATIC = Path(__file__).resolve().parents[2] / "static"

ARRAYS = st.one_of(
    nps.arrays(np.float32, nps.array_shapes(max_dims=3, max_side=5)),
    nps.arrays(np.float64, nps.array_shapes(max_dims=3, max_side=5)),
    nps.arrays(np.int64, nps.array_shapes(max_side=9), elements=st.integers(-(2**40), 2**40)),
    nps.arrays(np.bool_, nps.array_shapes(max_side=9)),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=9), ARRAYS
)
KEYS = st.text(max_size=5).filter("$nd".__ne__)
PAYLOADS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=4,
)


def same(got, sent) -> bool:
    """Whether `got` is `sent` as the wire promises it: float32, integers exact."""
    if isinstance(sent, dict):
        return got.keys() == sent.keys() and all(same(got[key], sent[key]) for key in sent)
    if isinstance(sent, list):
        return len(got) == len(sent) and all(map(same, got, sent))
    if isinstance(sent, np.ndarray):
        if sent.dtype.kind == "f":
            with np.errstate(over="ignore", under="ignore"):
                sent = sent.astype(np.float32)
        return got.shape == sent.shape and np.array_equal(
            got, sent, equal_nan=sent.dtype.kind == "f"
        )
    return got == sent


@given(PAYLOADS)
def test_what_is_packed_comes_out(payload):
    """Any nesting of plain values and arrays survives, arrays in float32 or exact integers."""
    assert same(wire.unpack(wire.pack(payload)), payload)


def test_full_precision_on_request():
    """`Full` keeps the digits that float32 has not."""
    x = np.array([1 + 2.0**-40])
    got = wire.unpack(wire.pack({"plain": x, "full": wire.Full(x)}))
    assert got["full"] == x
    assert got["plain"] == 1 != x


def test_what_json_cannot_say_becomes_null_or_stays_in_an_array():
    """NaN and infinity live in arrays; as single numbers they are null, never invalid JSON."""
    values = [np.nan, np.inf, -np.inf]
    got = wire.unpack(wire.pack({"numbers": values, "array": np.array(values)}))
    assert got["numbers"] == [None, None, None]
    assert np.array_equal(got["array"], values, equal_nan=True)


def test_numpy_scalars_and_text_arrays_are_plain_json():
    """A stray np.float64 or an array of names does not break a payload."""
    payload = {"a": np.float64(0.5), "b": np.int64(3), "c": np.array(["x", "y"]), "d": (1, 2)}
    assert wire.unpack(wire.pack(payload)) == {"a": 0.5, "b": 3, "c": ["x", "y"], "d": [1, 2]}


def test_the_mark_of_an_array_is_no_key():
    """A payload that the browser would misread is refused where it is made."""
    with pytest.raises(ValueError, match=r"\$nd"):
        wire.pack({"a": [{"$nd": 0}]})


def digest(data: bytes) -> str:
    return json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])["digest"]


def test_the_envelope_is_not_part_of_the_digest():
    """The same drawing under a new sequence number has the same digest; another number has not."""
    payload = {"y": np.arange(3.0)}
    first, second = (wire.pack(payload, {"seq": seq, "stamp": "s"}) for seq in (1, 2))
    assert digest(first) == digest(second)
    assert digest(first) != digest(wire.pack({"y": np.arange(3.0) + 1}, {"seq": 1, "stamp": "s"}))
    assert wire.unpack(second)["seq"] == 2


@given(PAYLOADS)
def test_every_array_is_aligned(payload):
    """JavaScript's typed arrays start at multiples of their element size, or throw."""
    data = wire.pack(payload)
    length = int.from_bytes(data[:4], "little")
    start = 4 + length + -(4 + length) % 8
    header = json.loads(data[4 : 4 + length])
    assert all((start + entry["offset"]) % 8 == 0 for entry in header["arrays"])


def test_plotly_is_copied_once_and_whole(tmp_path, monkeypatch):
    """`ensure` writes the installed package's plotly.js, then leaves it alone, read-only or not."""
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    target = assets.ensure()
    assert target.read_bytes() == assets._PLOTLY_SOURCE.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    monkeypatch.setattr(assets.tempfile, "mkstemp", lambda **_: pytest.fail("written twice"))
    assert assets.ensure() == target


def test_addresses_change_with_the_modules_and_follow_the_base_path(monkeypatch):
    """A changed module has a new address: no browser runs yesterday's. plotly.js keeps its own."""
    assert assets.url("live/chart.js").endswith(f"/app/static/live/chart.js?v={assets.version()}")
    assert "?" not in assets.url(assets.PLOTLY)
    monkeypatch.setattr(assets.st, "get_option", lambda name: "/unroll/")
    assert assets.url("live/chart.js").startswith("/unroll/app/static/live/chart.js")


# --- in the browser -------------------------------------------------------------------------------


@pytest.fixture
def modules(page):
    """A blank page that can import the modules of static/live; nothing leaves the machine."""

    def answer(route):
        name = route.request.url.split("unroll.test/")[1].split("?")[0]
        path = STATIC / name
        if name and path.is_file():
            kind = "css" if path.suffix == ".css" else "javascript"
            route.fulfill(path=path, content_type=f"text/{kind}")
        else:
            route.fulfill(body="<!doctype html><title>blank</title>", content_type="text/html")

    page.route("http://unroll.test/**", answer)
    page.goto("http://unroll.test/")
    return page


def test_the_browser_reads_what_python_packs(modules):
    """Typed arrays with their values, matrices as rows, at any alignment of the incoming bytes."""
    payload = {
        "name": "σ ≈ 1",
        "list": [{"y": np.array([1.5, np.nan, -np.inf])}],
        "z": np.arange(6.0).reshape(2, 3),
        "ints": np.array([1, -2]),
        "full": wire.Full(np.array([0.1])),
    }
    data = base64.b64encode(wire.pack(payload, {"seq": 7})).decode()
    got = modules.evaluate(
        """async (text) => {
          const { unpack } = await import("/live/wire.js");
          const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const shifted = new Uint8Array(packed.length + 3);
          shifted.set(packed, 3);
          const p = unpack(shifted.subarray(3));
          return {
            name: p.name, seq: p.seq,
            y: Array.from(p.list[0].y, String), z: p.z.map((row) => [...row]),
            kinds: [p.list[0].y, p.z[0], p.ints, p.full].map((a) => a.constructor.name),
            ints: [...p.ints], full: p.full[0],
          };
        }""",
        data,
    )
    assert got == {
        "name": "σ ≈ 1",
        "seq": 7,
        "y": ["1.5", "NaN", "-Infinity"],
        "z": [[0, 1, 2], [3, 4, 5]],
        "kinds": ["Float32Array", "Float32Array", "Int32Array", "Float64Array"],
        "ints": [1, -2],
        "full": 0.1,
    }


def test_one_request_at_a_time_and_the_last_value_wins(modules):
    """While a request is under way newer values replace each other; its answer sends the newest."""
    sent = modules.evaluate(
        """async () => {
          const clock = await import("/live/clock.js");
          const sent = [];
          const offer = (value) => clock.offer("gain", {
            value, final: false, send: (move) => sent.push([move.value, move.seq]) });
          clock.drawn("chart", 0, "start");
          offer(1); offer(2); offer(3);
          const before = sent.length;
          clock.drawn("chart", sent[0][1], "a");
          const after = sent.length;
          clock.answered(sent[1][1]);   // the slider's answer alone is not the chart's drawing
          offer(4);
          const waiting = sent.length;
          clock.drawn("chart", sent[1][1], "b");
          return { sent, before, after, waiting };
        }"""
    )
    assert sent == {"sent": [[1, 1], [3, 2], [4, 3]], "before": 1, "after": 2, "waiting": 2}


def test_a_lost_request_frees_the_line_within_two_seconds_or_so(modules):
    """An error on the server answers nothing; the newest value is sent all the same."""
    got = modules.evaluate(
        """async () => {
          const clock = await import("/live/clock.js");
          const sent = [];
          let lost = 0;
          const offer = (value) => clock.offer("gain", {
            value, final: false,
            send: (move) => sent.push(move.value), lost: () => { lost += 1; } });
          clock.drawn("chart", 0, "start");
          offer(1); offer(2);
          const start = performance.now();
          while (sent.length < 2 && performance.now() - start < 5000)
            await new Promise((done) => setTimeout(done, 20));
          return { sent, lost, late: performance.now() - start > 3000 };
        }"""
    )
    assert got == {"sent": [1, 2], "lost": 1, "late": False}


def test_a_payload_is_drawn_when_it_arrives_and_an_older_call_does_not_undo_it(modules):
    """The listener on the connection draws first; Streamlit's later calls find it on screen."""

    def packed(value: int, seq: int) -> str:
        data = wire.pack({"key": "chart", "value": value}, {"seq": seq, "stamp": "s"})
        return base64.b64encode(data).decode()

    drawn = modules.evaluate(
        """async ([first, second, third]) => {
          window.WebSocket = class extends EventTarget { send() {} };
          const early = await import("/live/early.js");
          const { unpack } = await import("/live/wire.js");
          const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const drawn = [];
          const draw = ({ data }) => { drawn.push(unpack(data).value); };
          const call = (text) =>
            early.mount({ parentElement: document.body, data: bytes(text) }, draw);
          const socket = new WebSocket();
          const arrive = (text) => {
            const message = new Uint8Array([9, 9, 9, ...bytes(text), 7]);   // inside a larger one
            socket.dispatchEvent(new MessageEvent("message", { data: message.buffer }));
          };
          call(first);
          early.tap(() => socket.send("move"));
          arrive(second);
          arrive(third);
          call(second);   // overtaken: the third stays on screen
          call(third);
          socket.dispatchEvent(new MessageEvent("message", { data: new ArrayBuffer(40) }));
          return drawn;
        }""",
        [packed(1, 1), packed(2, 2), packed(3, 3)],
    )
    assert drawn == [1, 2, 3, 3, 3]


def test_followers_are_asked_once_after_the_leaders_rest(modules):
    """Not during a move, not when they already show the state, and one question for a fragment."""
    asked = modules.evaluate(
        """async () => {
          const clock = await import("/live/clock.js");
          const asked = [];
          const rest = (ms) => new Promise((done) => setTimeout(done, ms));
          const node = (key) => Object.assign(document.createElement("p"), { textContent: key });
          const nodes = { left: node("left"), right: node("right") };
          document.body.append(nodes.left, nodes.right);
          const shows = (stamp) => ["left", "right"].forEach((key) =>
            clock.follow(key, stamp, (wanted) => {
              asked.push([key, wanted]);
              setTimeout(() => shows(wanted), 10);   // the fragment's run redraws both
            }, nodes[key]));
          clock.drawn("chart", 0, "a");
          shows("a");
          await rest(150);
          let seq = 0;
          clock.offer("gain", { value: 1, final: false, send: (move) => { seq = move.seq; } });
          await rest(150);
          const during = asked.length;
          clock.drawn("chart", seq, "b");
          await rest(300);
          return { during, asked };
        }"""
    )
    assert asked == {"during": 0, "asked": [["right", "b"]]}  # the last: with it all are there


def test_slider_values_lie_on_the_grid_and_between_the_limits(modules):
    """Steps up and down from any place, linear and logarithmic; both ends can be reached."""
    got = modules.evaluate(
        """async () => {
          const { Scale } = await import("/live/slider.js");
          const gain = new Scale({ minimum: 0.1, maximum: 3, step: 0.01, log: false, digits: 2 });
          const steps = new Scale({ minimum: 2, maximum: 1000, step: 1, log: true, digits: 0 });
          const walk = [steps.minimum];
          while (walk.at(-1) < steps.maximum) walk.push(steps.move(walk.at(-1), 1));
          return {
            snap: [0.1 + 0.2, 2.999, -4, 9].map((v) => gain.snap(v)),
            move: [gain.move(0.29, 1), gain.move(3, 1), gain.move(0.1, -10)],
            text: [gain.text(1), gain.text(0.9871), steps.text(60)],
            rising: walk.every((v, i) => Number.isInteger(v) && (i === 0 || v > walk[i - 1])),
            ends: [steps.at(steps.place(1000)), steps.at(steps.place(2)), steps.move(2, -1)],
            presses: walk.length < 200,
          };
        }"""
    )
    assert got == {
        "snap": [0.3, 3, 0.1, 3],
        "move": [0.3, 3, 0.1],
        "text": ["1.00", "0.9871", "60"],
        "rising": True,
        "ends": [1000, 2, 2],
        "presses": True,
    }


def test_csv_holds_every_trace_with_its_name(modules):
    """Columns trace, x, y and z where there is one; seven digits; names quoted; markup dropped."""
    text = modules.evaluate(
        """async () => {
          const { csv } = await import("/live/chart.js");
          return csv([
            { name: "median, h<sub>t</sub>", x: [1, 2], y: Float32Array.of(0.1, NaN) },
            { name: "map", x: [1, 2], y: [5], z: [Float32Array.of(0.5, 1)] },
          ]);
        }"""
    )
    assert text.splitlines() == [
        "trace,x,y,z",
        '"median, ht",1,0.1,',
        '"median, ht",2,NaN,',
        "map,1,5,0.5",
        "map,2,5,1",
    ]


def test_what_is_out_of_view_is_asked_for_later_and_at_once_when_it_comes_into_view(modules):
    found = modules.evaluate(
        """async () => {
          const clock = await import("/live/clock.js");
          const rest = (ms) => new Promise((done) => setTimeout(done, ms));
          const asked = [];
          document.body.innerHTML = '<p id="near">near</p><div style="height: 5000px"></div>' +
            '<p id="far">far</p>';
          const shows = (key, stamp) => clock.follow(key, stamp, (wanted) => {
            asked.push(key);
            setTimeout(() => shows(key, wanted), 10);
          }, document.getElementById(key));
          const moved = async (stamp, ms) => {
            asked.length = 0;
            clock.drawn("chart", 0, stamp);
            await rest(ms);
            return [...asked];
          };
          clock.drawn("chart", 0, "a");
          for (const key of ["near", "far"]) shows(key, "a");
          await rest(100);
          const soon = await moved("b", 600);
          await rest(2000);
          const late = [...asked];
          await moved("c", 600);
          scrollTo(0, 5000);
          await rest(400);
          return { soon, late, scrolled: [...asked] };
        }"""
    )
    assert found == {"soon": ["near"], "late": ["near", "far"], "scrolled": ["near", "far"]}


def test_a_busy_server_is_asked_for_the_rest_after_a_longer_rest(modules):
    """Answers of 10 ms, then of 150: the stillness that the charts below wait for grows."""
    found = modules.evaluate(
        """async () => {
          const clock = await import("/live/clock.js");
          const rest = (ms) => new Promise((done) => setTimeout(done, ms));
          const node = document.body.appendChild(document.createElement("p"));
          node.textContent = "below";
          let asked = 0;
          const shows = (stamp) => clock.follow("below", stamp, (wanted) => {
            asked = performance.now();
            setTimeout(() => shows(wanted), 10);
          }, node);
          let count = 0;
          const moved = async (took) => {    // ms from the rest to the question
            count += 1;
            const stamp = `state ${count}`;
            let seq = 0;
            clock.offer("gain", { value: count, final: false, send: (m) => { seq = m.seq; } });
            await rest(took);
            const still = performance.now();
            clock.drawn("chart", seq, stamp);
            for (let k = 0; asked < still && k < 40; k += 1) await rest(50);
            return asked - still;
          };
          clock.drawn("chart", 0, "state 0");
          shows("state 0");
          await rest(100);
          const easy = [await moved(10), await moved(10)];
          const busy = [];
          for (let k = 0; k < 6; k += 1) busy.push(await moved(150));
          return { easy: Math.max(...easy), busy: Math.max(...busy) };
        }"""
    )
    assert found["easy"] < 500 < 900 < found["busy"] <= 2000

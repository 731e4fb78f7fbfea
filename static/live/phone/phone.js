// A student's phone in a room: joins, predicts, sees the truth. A plain page (ui/rooms/phone.py), which
// asks the room what is new. The thumb finds everything at the foot of the screen.

import { element } from "../core/element.js";
import { asText } from "../core/scale.js";
import { draw } from "../room/chart.js";
import { Refused, Watching, ask, memory, sentence, token } from "../room/talk.js";

const CODE = document.body.dataset.code;
const ROOT = new URL(document.body.dataset.root, document.baseURI);
/** @param {string} path */
const at = (path) => new URL(path, ROOT).href;

const main = document.querySelector("main");
const line = document.querySelector(".line");
const foot = document.querySelector("footer");
const status = document.querySelector(".status");
const score = document.querySelector(".score");
const CHART = 210; // px

const KEY = `unroll-room-${CODE}`;
let mine = "";
let version = 0; // of the newest that was shown: replicas may be a moment apart
/** @type {Watching | null} */
let watching = null;
let shown = ""; // what stands on the screen
let repaint = () => {};

addEventListener("resize", () => repaint());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaint());

/** Say it to everybody; twice the same is said once. */
function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

/** Put something else on the screen, unless it is there. */
function screen(name, ...children) {
  if (shown === name) return false;
  shown = name;
  repaint = () => {};
  main.replaceChildren(...children);
  foot.replaceChildren();
  scrollTo(0, 0);
  return true;
}

const button = (text, act, className = "main") => {
  const made = element("button", { type: "button", className, textContent: text });
  made.onclick = act;
  return made;
};

const paragraph = (html, className = "") => element("p", { className, innerHTML: html });

// --- into the room --------------------------------------------------------------------------------

/** The code is asked for. */
function wanted(why = "") {
  const field = element("input", {
    id: "code", name: "code", maxLength: 7, autocomplete: "off", autocapitalize: "characters",
    spellcheck: false, required: true,
  });
  const form = element("form", { className: "entry" },
    element("label", { htmlFor: "code", textContent: "The four letters at the front" }), field,
    element("p", { className: "wrong", textContent: why }));
  form.onsubmit = (event) => {
    event.preventDefault();
    location.href = at(`room/${encodeURIComponent(field.value.replace(/[\s-]/g, "").toUpperCase())}`);
  };
  screen("code", element("h1", { textContent: "Join a room" }), form);
  const send = element("button", { type: "submit", className: "main", textContent: "Join" });
  send.setAttribute("form", (form.id = "entry"));
  foot.append(send);
  field.focus();
}

/** A nickname is asked for. */
function named() {
  const field = element("input", {
    id: "nickname", name: "nickname", maxLength: 20, autocomplete: "off", spellcheck: false, required: true,
  });
  const wrong = element("p", { className: "wrong" });
  wrong.setAttribute("role", "alert");
  const form = element("form", { className: "entry", id: "entry" },
    element("label", { htmlFor: "nickname", textContent: "A nickname" }), field,
    element("p", { className: "aside", textContent: "It stands on the screen at the front. It need " +
      "not be your name; it is deleted with the room, after a day at the latest." }), wrong);
  if (!screen("name", element("h1", { textContent: `Room ${CODE}` }), form)) return;
  const send = element("button", { type: "submit", className: "main", textContent: "Join" });
  send.setAttribute("form", form.id);
  foot.append(send);
  form.onsubmit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    wrong.textContent = "";
    try {
      await join(field.value);
    } catch (error) {
      wrong.textContent = sentence(error);
    }
    send.disabled = false;
  };
  field.focus();
}

async function join(nickname) {
  mine ||= token();
  await ask(at(`rooms/${CODE}/join`), { sent: nickname ? { token: mine, nickname } : { token: mine } });
  memory.set(KEY, mine);
  screen("in", element("h1", { textContent: "You are in." }));
  watching?.now(true);
}

// --- in the room ----------------------------------------------------------------------------------

let joining = false;

function shows(found) {
  if (found.version < version) return;
  version = found.version;
  line.textContent = found.joined ? `${found.code} · ${found.name}` : found.code;
  score.textContent = found.total ? `${found.total} points` : "";
  if (!found.joined) {
    if (shown === "in") return; // this process has not heard of it yet
    if (found.locked) return over("The teacher lets nobody else into this room.");
    if (found.nicknames) return named();
    if (joining) return;
    joining = true;
    join().catch((error) => error instanceof Refused && over(error.message)).finally(() => (joining = false));
    return;
  }
  const { round } = found;
  if (!round) {
    screen("waiting", element("h1", { textContent: "You are in." }),
      paragraph("The first question comes from the front, and appears here by itself."));
    say(`You are in room ${found.code}.`);
  } else if (round.revealed) revealed(round, found);
  else if (round.answered) answered(round);
  else question(round);
}

function over(why) {
  watching?.stop();
  say("");
  if (screen("over", element("h1", { textContent: why }))) {
    foot.append(button("Another room", () => (location.href = at("room/")), "quiet"));
  }
}

/** The head of a round and its chart; `paint(more)` draws the chart. */
function laid(round) {
  const { asked } = round;
  const chart = element("div", { className: "chart" });
  const paint = (more = {}) => draw(chart, {
    figure: asked.figure, axis: asked.axis, bars: asked.bars, height: CHART,
    label: asked.alt, ...more,
  });
  const head = [
    element("h1", { innerHTML: asked.asks }),
    paragraph(asked.setting, "setting"),
    chart,
  ];
  return { head, chart, paint };
}

function question(round) {
  if (shown === `question ${round.number}`) return;
  const { head, paint } = laid(round);
  let value;
  const send = button("Send", () => answer(round, value, send, wrong));
  send.disabled = true;
  const wrong = element("p", { className: "wrong" });
  wrong.setAttribute("role", "alert");
  const choose = (next, text) => {
    value = next;
    send.disabled = false;
    send.textContent = `Send: ${text}`;
    repaint = () => paint({ mine: { value, text } });
    repaint();
  };
  const control = CONTROLS[round.asked.control.kind](round.asked.control, choose);
  screen(`question ${round.number}`, ...head);
  foot.append(control, wrong, send);
  repaint = () => paint();
  repaint();
  say(`Round ${round.number}: a question is open.`);
}

async function answer(round, value, send, wrong) {
  send.disabled = true;
  wrong.textContent = "";
  try {
    const sent = { token: mine, round: round.number, value };
    const { found } = await ask(at(`rooms/${CODE}/answer`), { sent });
    answered({ ...round, answered: true, answer: { value, said: found.said } });
  } catch (error) {
    send.disabled = false;
    wrong.textContent = sentence(error);
  }
}

function answered(round) {
  const { head, paint } = laid(round);
  if (!screen(`answered ${round.number}`, ...head)) return;
  repaint = () => paint({ mine: { value: round.answer.value, text: round.answer.said } });
  repaint();
  foot.append(paragraph(`Sent: <b>${round.answer.said}</b>. The truth comes once everybody has answered.`, "sent"));
  say(`Your answer was sent: ${round.answer.said}.`);
}

function revealed(round, found) {
  const { truth, answer: own } = round;
  const { chart, paint } = laid(round);
  const title = element("h1", { textContent: truth.title, className: `unroll-${truth.verdict}` });
  const verdict = own
    ? `${own.right ? "Right" : "Not this time"}: you said <b>${own.said}</b>, and right is <b>${truth.said}</b>.`
    : `Right is <b>${truth.said}</b>. You sent no answer in this round.`;
  const points = own ? `${own.points} points in this round${round.place ? `; place ${round.place} of ${round.of}` : ""}.` : "";
  const link = element("a", { href: at(truth.link), target: "_blank", rel: "noopener",
    textContent: "See it in Unroll" });
  if (!screen(`revealed ${round.number}`, title, paragraph(verdict, own?.right ? "hit" : ""),
    paragraph(points), chart, paragraph(truth.words, "setting"),
    paragraph(round.asked.asks, "setting"), paragraph(round.asked.setting, "setting"), element("p", {}, link))) return;
  repaint = () => paint({
    figure: truth.figure,
    mine: own ? { value: own.value, text: own.said } : null,
    label: truth.alt,
  });
  repaint();
  say(`${truth.title}. ${own ? (own.right ? "You were right." : "You were not right.") : ""} ` +
    `${found.total ?? 0} points in all.`);
}

// --- what one answers with ------------------------------------------------------------------------

/** Words, one of which is chosen. */
function choices({ choices: all }, choose) {
  const group = element("fieldset", { className: "choices" },
    element("legend", { textContent: "Your prediction" }));
  for (const { value, label, hint } of all) {
    const radio = element("input", { type: "radio", name: "choice", value });
    radio.onchange = () => choose(value, label.toLowerCase());
    group.append(element("label", {}, radio, element("span", {}, element("b", { textContent: label }),
      element("small", { textContent: hint }))));
  }
  return group;
}

/**
 * A slider with a button at each end.
 * @param {{ low: number, high: number, step: number, name: string, says: (v: number) => string }} how
 * @param {(v: number) => void} moved
 */
function slider({ low, high, step, name, says }, moved) {
  const range = element("input", { type: "range", min: String(low), max: String(high), step: String(step) });
  range.value = String((low + high) / 2);
  range.setAttribute("aria-label", name);
  const tell = () => {
    range.setAttribute("aria-valuetext", says(range.valueAsNumber));
    moved(range.valueAsNumber);
  };
  range.oninput = tell;
  const by = (sign, label) => {
    const made = button(sign > 0 ? "+" : "−", () => {
      range.value = String(range.valueAsNumber + sign * step);
      tell();
    }, "step");
    made.setAttribute("aria-label", label);
    return made;
  };
  const row = element("div", { className: "slider" }, by(-1, `${name}: less`), range, by(1, `${name}: more`));
  return { row, range };
}

function step({ low, high }, choose) {
  const never = button("never", () => {
    never.setAttribute("aria-pressed", "true");
    choose(null, "never");
  }, "never");
  never.setAttribute("aria-pressed", "false");
  const { row } = slider({ low, high, step: 1, name: "Step", says: (v) => `step ${v}` }, (v) => {
    never.setAttribute("aria-pressed", "false");
    choose(v, `step ${v}`);
  });
  return element("div", { className: "control" }, row, never);
}

function log({ low, high, step: by }, choose) {
  const says = (v) => `${asText(v, 2)} times${v <= low ? " or less" : v >= high ? " or more" : ""}`;
  const { row } = slider({ low, high, step: by, name: "Times as much, on a log scale", says },
    (v) => choose(Math.round(10 * v) / 10, says(v)));
  return element("div", { className: "control" }, row);
}

const CONTROLS = { choices, step, log };

// --- from the start -------------------------------------------------------------------------------

function begin() {
  mine = memory.get(KEY) ?? "";
  watching = new Watching(
    (tag) => ask(at(`rooms/${CODE}`), { tag, headers: mine ? { "x-unroll-student": mine } : {} }),
    {
      shows,
      refused: ({ message, status: code }) => (code === 410 ? over(message) : wanted(message)),
      lost: (ms) => {
        document.body.toggleAttribute("data-lost", ms > 0);
        if (ms > 0) say("No connection. Trying again; nothing that you have sent is lost.");
        else say("Connected again.");
      },
    },
  );
}

if (CODE) begin();
else wanted();

// The teacher's side of a class: opens a room, sends rounds, shows on the projector how the answers
// come, and what is true. It talks to the room itself (ui/rooms/route.py); the session behind the page
// has said what can be asked (ui/classroom/stage.py), and knows of nothing else.

import { code as qr, picture } from "../core/code.js";
import { element } from "../core/element.js";
import { STREAMLIT } from "../core/internals.js";
import { each } from "../core/mount.js";
import { address } from "../core/place.js";
import * as stage from "../core/stage.js";
import { style } from "../core/theme.js";
import { draw } from "./chart.js";
import { Refused, Watching, ask, memory, sentence } from "./talk.js";

export const ready = Promise.all([style(new URL("room.css", import.meta.url)), stage.ready]);

const KEY = "unroll-room";
const [LOWEST, HIGHEST] = [230, 640]; // px, of the chart
const EDGE = 14; // px, below
const NAMED = 8; // bars at the most that have room for their names

const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** The height of a node with its margins, in pixels of the screen. */
function outer(node) {
  const { height } = node.getBoundingClientRect();
  const { marginTop, marginBottom } = getComputedStyle(node);
  return height && height + parseFloat(marginTop) + parseFloat(marginBottom);
}

/** Whether an address means another machine to whoever reads it on another machine. */
const local = (host) => /^(localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(host);

function save(name, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

class Room {
  constructor(parent) {
    this.parent = parent;
    this.root = element("section", { className: "unroll-room" });
    parent.append(this.root);
    this.held = JSON.parse(memory.get(KEY) ?? "null"); // { code, host }
    this.resize = new ResizeObserver(() => this.paint());
    this.resize.observe(this.root);
    this.unstage = stage.subscribe(() => this.paint());
  }

  destroy() {
    this.watching?.stop();
    this.resize.disconnect();
    this.unstage();
  }

  update(payload) {
    this.offered = payload;
    this.root.dataset.stamp = payload.stamp ?? "";
    if (!this.root.firstChild) this[this.held ? "enter" : "invite"]();
    else this.paint(true); // perhaps another theme
  }

  // --- before there is a room -----------------------------------------------------------------------

  invite(why = "") {
    this.watching?.stop();
    this.seen = null;
    const nicknames = element("input", { type: "checkbox" });
    const wrong = element("p", { className: "wrong", textContent: why });
    wrong.setAttribute("role", "alert");
    const open = element("button", { type: "button", className: "main", textContent: "Open a room" });
    open.onclick = async () => {
      open.disabled = true;
      try {
        const { found } = await ask(address("rooms"), { sent: { nicknames: nicknames.checked } });
        this.held = found;
        memory.set(KEY, JSON.stringify(found));
        this.enter();
      } catch (error) {
        wrong.textContent = sentence(error);
        open.disabled = false;
      }
    };
    this.root.replaceChildren(
      element("h1", { textContent: this.offered.title }),
      element("p", { textContent: this.offered.about }),
      element("label", {}, nicknames,
        element("span", { textContent: "Ask for nicknames, and show who leads" })),
      element("p", { className: "row" }, open),
      wrong,
      element("p", { className: "aside", textContent: this.offered.kept }),
    );
  }

  // --- a room ---------------------------------------------------------------------------------------

  get link() {
    return address(`room/${this.held.code}`);
  }

  /** Do something as the host: what the room answered, or null once what went wrong has been said. */
  async act(what, sent = {}) {
    this.wrong.textContent = "";
    try {
      const { found } = await ask(address(`rooms/${this.held.code}/${what}`), {
        sent, headers: { "x-unroll-host": this.held.host },
      });
      this.watching.now(true);
      return found;
    } catch (error) {
      this.wrong.textContent = sentence(error);
      return null;
    }
  }

  enter() {
    this.version = 0;
    this.build();
    this.watching?.stop();
    this.watching = new Watching(
      (tag) => {
        if (!this.root.isConnected) this.watching.stop();
        return ask(address(`rooms/${this.held.code}`), { tag, headers: { "x-unroll-host": this.held.host } });
      },
      {
        shows: (found) => this.show(found),
        refused: ({ message }) => this.leave(message),
        lost: (ms) => {
          this.said.textContent = ms > 0 ? "No connection. Trying again; no answer is lost." : "";
        },
      },
    );
  }

  leave(why) {
    memory.set(KEY, null);
    this.held = null;
    this.invite(why);
  }

  build() {
    const button = (text, act, className = "") => {
      const made = element("button", { type: "button", textContent: text, className });
      made.onclick = act;
      return made;
    };
    const shown = new URL(this.link);
    this.where = element("p", { className: "where" },
      element("span", { textContent: "Open " }), element("b", { textContent: shown.host + shown.pathname }));
    this.letters = element("p", { className: "letters" });
    this.letters.append(...Array.from(this.held.code, (letter) => element("span", { textContent: letter })));
    this.letters.setAttribute("role", "img");
    this.letters.setAttribute("aria-label", `The code of the room: ${Array.from(this.held.code).join(" ")}`);
    const rows = qr(this.link);
    const square = element("div", { className: "qr" });
    if (rows) square.append(picture(rows));
    this.people = element("p", { className: "people" });
    this.people.setAttribute("role", "status");
    this.note = element("p", { className: "aside note" });
    if (local(shown.hostname)) {
      this.note.textContent = `Phones cannot find “${shown.hostname}”: open this page by the name or ` +
        "the address that this machine has in the network.";
    }
    this.door = element("div", { className: "door" }, square,
      element("div", {}, this.letters, this.where, this.people, this.note));

    this.title = element("h1");
    this.setting = element("p", { className: "setting" });
    this.answers = element("p", { className: "answers" });
    this.answers.setAttribute("role", "status");
    this.chart = element("div", { className: "chart" });
    this.words = element("p", { className: "words" });
    this.ranking = element("ol", { className: "ranking" });
    this.halves = element("div", { className: "halves" }, this.chart, this.ranking);
    this.board = element("div", { className: "board" }, this.title, this.setting, this.answers,
      this.halves, this.words);

    this.kind = element("select", { id: "room-kind" },
      ...this.offered.questions.map(({ name, label }) => element("option", { value: name, textContent: label })));
    this.what = element("select", { id: "room-what" },
      ...this.group("The scenes of Gradient flow, unnamed", "scene"),
      ...this.group("Where lessons of the course begin", "lesson"),
      ...this.group("Claims", "claim"),
      element("option", { value: "random ", textContent: "Drawn at random: nobody has seen it" }),
      element("option", { value: "link ", textContent: "A link of Gradient flow …" }));
    this.pasted = element("input", { type: "text", id: "room-link", placeholder: "paste the link here" });
    this.pasted.setAttribute("aria-label", "Link of Gradient flow");
    this.what.onchange = () => {
      this.pasted.hidden = this.what.value !== "link ";
      this.kind.disabled = this.what.value.startsWith("claim ");
    };
    this.pasted.hidden = true;
    this.send = button("Send", () => this.sendRound(), "main");
    this.reveal = button("Reveal", () => this.act("reveal", { round: this.seen.round.number }), "main");
    this.next = element("div", { className: "next" },
      element("label", { htmlFor: "room-kind", textContent: "They predict" }), this.kind,
      element("label", { htmlFor: "room-what", textContent: "of" }), this.what, this.pasted, this.send);
    this.wrong = element("p", { className: "wrong" });
    this.wrong.setAttribute("role", "alert");
    this.said = element("p", { className: "wrong" });
    this.said.setAttribute("role", "status");

    this.lock = button("Let nobody else in", () => this.act("lock", { locked: !this.seen?.locked }));
    this.list = element("ul", { className: "list" });
    this.members = element("details", {}, element("summary", { textContent: "Who is here" }), this.list);
    this.members.ontoggle = () => this.showList();
    this.close = button("Close the room", () => this.sure());
    this.foot = element("div", { className: "foot" },
      button("Results as CSV", () => this.csv()), this.lock, this.close, this.members);
    this.root.replaceChildren(this.door, this.board, this.reveal, this.next, this.said, this.wrong, this.foot);
    this.board.hidden = this.reveal.hidden = true;
  }

  /** What can be chosen of one source. */
  group(label, wanted) {
    const found = this.offered.offers.filter(({ source }) => source === wanted);
    const options = found.map(({ source, name, setting }, i) =>
      element("option", { value: `${source} ${name}`, textContent: `${i + 1}. ${setting}` }));
    return options.length ? [element("optgroup", { label }, ...options)] : [];
  }

  async sendRound() {
    const [source, name] = this.what.value.split(" ");
    this.send.disabled = true;
    await this.act("send", {
      source, name: source === "link" ? this.pasted.value : name, question: this.kind.value,
    });
    this.send.disabled = false;
    // The next one of the list, for the next round.
    const { options, selectedIndex } = this.what;
    if (this.offered.offers[selectedIndex] && selectedIndex + 1 < options.length) this.what.selectedIndex += 1;
    this.what.onchange(null);
  }

  /** A second click closes; the first one says what it does. */
  sure() {
    if (!this.close.classList.contains("alarm")) {
      this.close.textContent = "Delete everything in it, now";
      this.close.classList.add("alarm");
      setTimeout(() => {
        this.close.textContent = "Close the room";
        this.close.classList.remove("alarm");
      }, 6000);
      return;
    }
    this.act("close").then((done) => done && this.leave("The room is closed, and what was in it is deleted."));
  }

  async csv() {
    this.wrong.textContent = "";
    try {
      const response = await fetch(address(`rooms/${this.held.code}/csv`), {
        headers: { "x-unroll-host": this.held.host }, cache: "no-store",
      });
      if (!response.ok) throw new Refused((await response.json()).error, response.status);
      save(`room-${this.held.code}.csv`, await response.text());
    } catch (error) {
      this.wrong.textContent = sentence(error);
    }
  }

  // --- what is seen ---------------------------------------------------------------------------------

  show(found) {
    if (found.version < this.version) return; // of another replica, a moment ago
    this.version = found.version;
    this.seen = found;
    const { round, students, locked } = found;
    const here = students.length;
    this.people.textContent = here ? `${count(here, "student")} ${here === 1 ? "is" : "are"} here` : "Nobody is here yet";
    this.lock.textContent = locked ? "Let others in again" : "Let nobody else in";
    this.root.dataset.phase = !round ? "door" : round.revealed ? "revealed" : "open";
    this.board.hidden = !round;
    this.next.hidden = Boolean(round && !round.revealed);
    this.reveal.hidden = !this.next.hidden;
    this.showList();
    if (round) this.showRound(round, here);
  }

  showRound(round, here) {
    const { asked, truth, revealed } = round;
    const write = (node, html) => node.innerHTML !== html && (node.innerHTML = html);
    if (revealed) {
      write(this.title, `<span class="unroll-${truth.verdict}">${truth.title}</span> ${asked.question === "verdict" || asked.question === "claim" ? "" : `<small>right: ${truth.said}</small>`}`);
      write(this.words, truth.words);
      this.answers.textContent = round.answered
        ? `${round.right} of ${count(round.answered, "answer")} right`
        : "Nobody has answered";
    } else {
      write(this.title, asked.asks);
      write(this.words, "");
      this.answers.textContent = `${round.answered} of ${here} have answered`;
    }
    write(this.setting, `Round ${round.number}: ${revealed && asked.question === "claim" ? asked.asks : `${asked.setting}.`} ${asked.hint}`);
    const places = (this.seen.ranking ?? []).map(({ place, name, points }) => {
      const item = element("li", { value: place });
      item.append(element("span", { textContent: name }), " ", element("b", { textContent: String(points) }));
      return item;
    });
    this.ranking.replaceChildren(...places);
    this.ranking.hidden = !places.length;
    this.paint();
  }

  paint(anew = false) {
    const round = this.seen?.round;
    if (!round || !this.chart.clientWidth) return;
    const { asked, truth, counts, revealed } = round;
    const size = stage.scale() * 1.15;
    const height = this.room();
    const state = JSON.stringify([round.number, revealed, counts, size, height, this.chart.clientWidth]);
    if (!anew && state === this.painted) return;
    this.painted = state;
    const most = Math.max(...counts);
    const spoken = asked.bars.map((bar, i) => counts[i] && `${bar.label}: ${counts[i]}`).filter(Boolean);
    draw(this.chart, {
      figure: revealed ? truth.figure : asked.figure,
      axis: asked.axis,
      bars: asked.bars,
      counts,
      right: revealed ? truth.bar : null,
      named: asked.bars.length <= NAMED,
      height,
      size,
      label: `${revealed ? truth.alt : asked.alt} The answers: ${most ? spoken.join(", ") : "none yet"}.`,
    });
    this.root.dataset.answered = String(round.answered);
  }

  /** Pixels that are left for the chart where all but the foot is in sight. */
  room() {
    const main = document.querySelector(STREAMLIT.main);
    const top = this.root.getBoundingClientRect().top + (main?.scrollTop ?? 0);
    const around = [...this.root.children, ...this.board.children]
      .filter((node) => node !== this.board && node !== this.halves && node !== this.foot)
      .reduce((sum, node) => sum + outer(node), 0);
    return Math.round(Math.min(HIGHEST, Math.max(LOWEST, innerHeight - top - around - EDGE)));
  }

  /** Who is here, each with a button that takes them out; made while it is looked at. */
  showList() {
    if (!this.members.open || !this.seen) return;
    const shown = JSON.stringify(this.seen.students);
    if (shown === this.listed) return;
    this.listed = shown;
    this.list.replaceChildren(...this.seen.students.map(({ number, name }) => {
      const out = element("button", { type: "button", textContent: "Take out" });
      out.setAttribute("aria-label", `Take ${name} out of the room`);
      out.onclick = () => this.act("remove", { student: number });
      return element("li", {}, element("span", { textContent: name }), out);
    }));
  }
}

export default each(Room, "unroll-room");

// The lesson beside a page: its question, the goal and how far it is, a hint, and what comes next. Its
// state comes with every answer of the page; what has been met is kept in this browser.

import { element } from "../core/element.js";
import { component } from "../core/mount.js";
import { address } from "../core/place.js";
import { style } from "../core/theme.js";
import * as progress from "../course/progress.js";

export const ready = style(new URL("lesson.css", import.meta.url));

/** @type {WeakMap<HTMLElement, Panel>} */
const panels = new WeakMap();

/** Writes HTML that the server made, where it is another. */
function write(node, html) {
  if (node.dataset.html === html) return;
  node.dataset.html = html;
  node.innerHTML = html;
  for (const link of node.querySelectorAll("a[data-to]")) link.href = address(link.dataset.to);
}

const button = (text, label, onclick) =>
  element("button", { type: "button", textContent: text, title: label, ariaLabel: label, onclick });

class Panel {
  constructor(parent, shown) {
    this.name = shown.name;
    this.met = null; // not known yet
    this.number = element("span", { className: "number" });
    this.question = element("h2", {});
    this.words = element("div", { className: "words" });
    this.goal = element("ul", { className: "goal" });
    this.moved = element("p", { className: "moved" });
    this.hint = element("div", { className: "words" });
    this.hints = element("details", {}, element("summary", { textContent: "Hint" }), this.hint);
    this.meaning = element("div", { className: "words" });
    this.next = element("a", { className: "next" });
    this.done = element("div", { className: "done", hidden: true }, this.meaning, this.next);
    this.said = element("p", { className: "said", role: "status" });
    this.fold = button("", "", () => this.turn(!progress.read().folded));
    this.again = element("a", { textContent: "Start again" });
    this.course = element("a", { textContent: "All lessons" });
    const leave = element("a", { textContent: "Leave", href: "#", onclick: (e) => this.leave(e) });
    const links = element("nav", { ariaLabel: "Lesson" }, this.again, this.course, leave, this.fold);
    const head = element("header", {}, this.number, this.question, links);
    this.score = element("p", { className: "score" });
    const state = element("div", {}, this.goal, this.moved, this.score, this.hints);
    this.body = element("div", { className: "body" }, this.words, state, this.done);
    this.root = element("section", { className: "unroll-lesson" }, head, this.body, this.said);
    parent.append(this.root);
    progress.keep({ last: shown.name });
    this.turn(progress.read().folded);
  }

  /** Folded, the question and the goal alone are left. */
  turn(folded) {
    this.root.toggleAttribute("data-folded", folded);
    this.fold.textContent = folded ? "More" : "Less";
    this.fold.title = folded ? "Show the words of the lesson" : "Show the question and the goal only";
    this.fold.setAttribute("aria-expanded", String(!folded));
    this.fold.removeAttribute("aria-label");
    if (folded !== progress.read().folded) progress.keep({ folded });
  }

  /** The page as it is now, without the lesson. */
  leave(event) {
    event.preventDefault();
    const here = new URL(location.href);
    here.searchParams.delete("lesson");
    location.assign(here);
  }

  /** @param {any} shown */
  update(shown) {
    this.root.setAttribute("aria-label", `Lesson: ${shown.title}`);
    const number = shown.number ? `Lesson ${shown.number} of ${shown.of} · ${shown.title}` : shown.title;
    if (this.number.textContent !== number) this.number.textContent = number;
    write(this.question, shown.question ?? "");
    if (shown.here) this.again.href = address(shown.here);
    this.again.hidden = !shown.here;
    this.course.href = address(shown.course ?? "course");
    if (shown.trouble || shown.elsewhere) {
      this.trouble(shown);
      return;
    }
    write(this.words, shown.sentences);
    this.state(shown);
    write(this.hint, shown.hint);
    this.hints.hidden = !shown.hint;
    write(this.meaning, shown.meaning);
    this.done.hidden = !shown.met;
    this.next.hidden = !shown.next;
    if (shown.next) {
      this.next.textContent = `Next: ${shown.next.title} →`;
      this.next.href = address(shown.next.to);
    } else {
      this.next.hidden = false;
      this.next.textContent = "To the course: all lessons, and your completion code →";
      this.next.href = address(shown.course);
    }
    if (shown.met) progress.meet(shown.name, shown.receipt, shown.score);
    const best = shown.score === null ? null : progress.read().met[shown.name]?.score ?? null;
    const score = best === null ? "" : `Your best score: ${best.toLocaleString("en")}`;
    if (this.score.textContent !== score) this.score.textContent = score;
    this.score.hidden = !score;
    if (this.met !== null && this.met !== shown.met) {
      this.said.textContent = shown.met ? "The goal is reached." : "The goal is not reached.";
    }
    this.met = shown.met;
    this.root.toggleAttribute("data-met", shown.met);
  }

  /** Each condition, what it is now, and whether it holds: as words, not by colour alone. */
  state({ goal, moved }) {
    while (this.goal.children.length > goal.length) this.goal.lastElementChild?.remove();
    goal.forEach(({ wanted, now, holds }, n) => {
      const html = `<b>${holds ? "✓" : "○"}</b><span><span class="hidden">${
        holds ? "Reached" : "Not yet"
      }: </span>${wanted} <small>now ${now}</small></span>`;
      const line = this.goal.children[n] ?? this.goal.appendChild(element("li"));
      write(line, html);
      line.toggleAttribute("data-holds", holds);
    });
    write(this.moved, moved.join(" "));
    this.moved.hidden = !moved.length;
  }

  trouble({ trouble, elsewhere }) {
    this.words.textContent = elsewhere
      ? `This lesson stands beside the page “${elsewhere}”: “Start again” leads there.`
      : `This lesson cannot be shown: ${trouble.join("; ")}. `;
    this.goal.replaceChildren();
    for (const part of [this.hints, this.moved, this.score, this.done]) part.hidden = true;
  }
}

export default component(
  (shown, { parentElement: parent }) => {
    let panel = panels.get(parent);
    if (!panel?.root.isConnected || panel.name !== shown.name) {
      panel?.root.remove();
      parent.querySelector(":scope > .unroll-lesson")?.remove();
      panels.set(parent, (panel = new Panel(parent, shown)));
    }
    panel.update(shown);
  },
  (parent) => panels.delete(parent),
);

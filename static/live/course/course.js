// The page "Course": its lessons in their order, how far this browser has come, and the completion code.

import { element } from "../core/element.js";
import { component } from "../core/mount.js";
import { address } from "../core/place.js";
import { post } from "../core/post.js";
import { style } from "../core/theme.js";
import * as progress from "./progress.js";

export const ready = style(new URL("course.css", import.meta.url));

const COPIED_MS = 1600;

/** @type {WeakMap<HTMLElement, Course>} */
const courses = new WeakMap();

/** An element with words that the server has made safe. */
function html(tag, words, properties = {}) {
  return Object.assign(element(tag, properties), { innerHTML: words });
}

class Course {
  constructor(parent) {
    this.root = element("section", { className: "unroll-course" });
    parent.append(this.root);
    this.redraw = () => this.draw();
    addEventListener("unroll-progress", this.redraw);
    addEventListener("storage", this.redraw); // of another tab
  }

  update(shown, send) {
    this.shown = shown;
    this.send = send;
    this.draw();
    this.root.dataset.stamp = shown.stamp ?? "";
  }

  draw() {
    const { parts } = this.shown;
    const done = progress.read();
    const all = parts.flatMap(({ lessons }) => lessons).filter((lesson) => lesson.to);
    const met = all.filter(({ name }) => done.met[name]);
    const last = all.find(({ name }) => name === done.last && !done.met[name]);
    const after = last ?? all.find(({ name }) => !done.met[name]);
    this.root.replaceChildren(
      this.head(all, met, after),
      ...parts.map((part) => this.part(part, done, after)),
      this.proof(met, done),
    );
  }

  head(all, met, next) {
    const head = element(
      "header",
      {},
      element("p", {
        textContent: "Each lesson asks one question beside a real page. You move what it lets you " +
          "move, and the goal is checked from what was computed. Progress stays in this browser.",
      }),
    );
    const bar = element("progress", { max: all.length, value: met.length });
    bar.setAttribute("aria-label", "Lessons met");
    const state = element("span", { textContent: `${met.length} of ${all.length} met` });
    const row = element("div", { className: "row" }, bar, state);
    if (next) {
      const word = met.length ? "Continue" : "Begin";
      row.prepend(element("a", { className: "go", href: address(next.to), textContent: `${word}: ${next.title}` }));
    }
    head.append(row);
    return head;
  }

  part({ title, lessons }, done, next) {
    const list = element("ol", {}, ...lessons.map((lesson) => this.lesson(lesson, done, next)));
    return element("section", {}, element("h2", { textContent: title }), list);
  }

  lesson({ name, title, question, page, to, scored, trouble }, done, next) {
    if (trouble) {
      const words = element("span", { textContent: `${title}: this file is no lesson. ${trouble}` });
      return element("li", { className: "trouble" }, element("b", { textContent: "!" }), words);
    }
    const met = done.met[name];
    const score = scored && met && met.score !== null ? ` · score ${met.score}` : "";
    const state = met ? `met ${met.at}${score}` : "";
    const mark = element("b", { textContent: met ? "✓" : "○", ariaHidden: "true" });
    const link = element("a", { href: address(to), textContent: title });
    const about = element(
      "span",
      {},
      link,
      html("span", question, { className: "question" }),
      element("small", { textContent: [page, state].filter(Boolean).join(" · ") }),
    );
    const line = element("li", {}, mark, about);
    line.toggleAttribute("data-met", Boolean(met));
    if (next?.name === name) line.setAttribute("aria-current", "step");
    return line;
  }

  proof(met, done) {
    const { code, trust } = this.shown;
    const proof = element("section", { className: "proof" }, element("h2", { textContent: "Completion code" }));
    if (!met.length) {
      proof.append(element("p", { textContent: "Once a lesson is met, a code can be made here that your teacher can check." }));
      return proof;
    }
    const field = element("input", { type: "text", id: "unroll-code-name", maxLength: 40, value: done.name });
    field.autocomplete = "name";
    const label = element("label", { htmlFor: field.id, textContent: "Your name, as your teacher knows it" });
    const make = element("button", { type: "submit", textContent: "Make the code" });
    const form = element("form", {}, label, field, make);
    form.onsubmit = (event) => {
      event.preventDefault();
      progress.keep({ name: field.value });
      const receipts = Object.entries(progress.read().met)
        .filter(([, { receipt }]) => receipt)
        .map(([lesson, { receipt }]) => [lesson, receipt]);
      // The time makes a second question another one.
      post("course", () => this.send("ask", { name: field.value, receipts, at: Date.now() }));
    };
    proof.append(form, this.answer(code), element("p", { className: "trust", textContent: trust }));
    const forget = element("button", { type: "button", className: "forget", textContent: "Forget my progress" });
    forget.onclick = () => confirm("Forget which lessons were met in this browser?") && progress.forget();
    proof.append(forget);
    return proof;
  }

  answer(made) {
    const box = element("div", { className: "answer", role: "status" });
    if (!made) return box;
    if (made.trouble) box.append(element("p", { textContent: made.trouble }));
    if (made.code) {
      const code = element("textarea", { readOnly: true, value: made.code, rows: 3, ariaLabel: "Completion code" });
      code.onfocus = () => code.select();
      const copy = element("button", { type: "button", textContent: "Copy" });
      copy.onclick = async () => {
        try {
          await navigator.clipboard.writeText(made.code);
          copy.textContent = "Copied";
        } catch {
          code.focus();
          copy.textContent = "Press Ctrl+C";
        }
        setTimeout(() => (copy.textContent = "Copy"), COPIED_MS);
      };
      const lessons = `${made.lessons} lesson${made.lessons === 1 ? "" : "s"}`;
      box.append(element("p", { textContent: `For ${made.name}, ${lessons}:` }), code, copy);
    }
    if (made.stale?.length) {
      box.append(element("p", {
        textContent: `Not in it, because this server did not sign them (it was started again, or they ` +
          `were met on another one): ${made.stale.join(", ")}. Open them once more.`,
      }));
    }
    return box;
  }

  destroy() {
    removeEventListener("unroll-progress", this.redraw);
    removeEventListener("storage", this.redraw);
  }
}

export default component(
  (shown, { parentElement: parent, setStateValue }) => {
    let course = courses.get(parent);
    if (!course?.root.isConnected) {
      course?.destroy();
      parent.querySelector(":scope > .unroll-course")?.remove();
      courses.set(parent, (course = new Course(parent)));
    }
    course.update(shown, setStateValue);
  },
  (parent) => {
    courses.get(parent)?.destroy();
    courses.delete(parent);
  },
);

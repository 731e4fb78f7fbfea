// The dialog that shares what is on screen: a link, its QR code, and what its readers do not see.
// The link is made here, where the page's own address is known.

import { LONGEST, code, picture } from "../core/code.js";
import { element } from "../core/element.js";
import { copyFrom } from "./copying.js";
import { Dialog } from "./dialog.js";
import { Embed } from "./embed.js";

const COPY = "Copy link";

export class Share {
  /** `ask(link or null)` tells Python which link the open dialog shows; `actions` are the page's. */
  constructor({ ask, present, keys }) {
    this.ask = ask;
    this.dialog = new Dialog("Share what is on screen", "unroll-share", () => this.closed());
    this.link = element("input", { type: "text", readOnly: true, className: "link" });
    this.link.setAttribute("aria-label", "Link");
    this.link.onfocus = () => this.link.select();
    this.copyButton = element("button", { type: "button", className: "main", textContent: COPY });
    this.copyButton.onclick = () => copyFrom(this.link, this.copyButton, COPY);
    this.framed = element("p", {
      className: "framed",
      textContent: "This page stands in a frame, and the address bar shows the page around it. The " +
        "link opens this one by itself. Where copying is forbidden: click it and press Ctrl+C.",
    });
    this.framed.hidden = window.top === window;
    this.code = element("div", { className: "code" });
    this.code.setAttribute("role", "status");
    this.embed = new Embed();
    this.choices = element("fieldset", {}, element("legend", { textContent: "They do not see" }));
    this.boxes = new Map();
    this.ways = element("fieldset", { className: "ways" },
      element("legend", { textContent: "It opens" }));
    this.present = this.box(this.ways, "in presenter mode");
    this.quiz = this.box(this.ways, "with the question first");
    const here = element("button", { type: "button", textContent: "Presenter mode here" });
    here.title = "Key: P";
    here.onclick = () => {
      this.dialog.root.close();
      present();
    };
    const list = element("button", { type: "button", textContent: "Keys" });
    list.title = "Key: ?";
    list.onclick = () => {
      this.dialog.root.close();
      keys();
    };
    this.dialog.body.append(
      element("div", { className: "row" }, this.link, this.copyButton),
      this.framed,
      element("div", { className: "halves" }, this.code,
        element("div", { className: "choices" }, this.choices, this.ways)),
      this.embed.root,
      element("div", { className: "row foot" }, here, list),
    );
  }

  box(parent, text) {
    const input = element("input", { type: "checkbox" });
    input.onchange = () => this.compose();
    parent.append(element("label", {}, input, element("span", { textContent: text })));
    return input;
  }

  /** Open for the page as it is: `query` is its own. */
  open({ query, hidden, present, quiz, views }) {
    if (this.dialog.isOpen) return;
    this.base = new URLSearchParams(query);
    this.chosen = new Set(hidden);
    this.present.checked = present;
    this.quiz.checked = this.base.get("quiz") === "1";
    this.quiz.parentElement.hidden = !quiz;
    for (const name of ["hide", "present", "quiz"]) this.base.delete(name);
    this.boxes.forEach((box, name) => (box.checked = this.chosen.has(name)));
    this.embed.offer(views, this.base);
    this.dialog.open();
    this.copyButton.focus();
    this.compose();
  }

  compose() {
    this.boxes.forEach((box, name) => this.chosen[box.checked ? "add" : "delete"](name));
    const params = new URLSearchParams(this.base);
    const names = this.order ? this.order.filter((name) => this.chosen.has(name)) : [...this.chosen];
    if (names.length) params.set("hide", names.join(","));
    if (this.present.checked) params.set("present", "1");
    if (this.quiz.checked) params.set("quiz", "1");
    const query = params.toString().replaceAll("%2C", ",");
    const here = new URL(location.href);
    here.search = query;
    here.hash = "";
    this.link.value = here.href;
    const rows = code(here.href);
    this.code.replaceChildren(rows ? picture(rows) : element("p", {
      textContent: `This link has ${here.href.length.toLocaleString("en")} characters, too many for a ` +
        `QR code that a phone can read (at most ${LONGEST.toLocaleString("en")}). Copy it instead.`,
    }));
    this.ask(this.link.value);
  }

  /** Python's answer. */
  update(answer) {
    if (!this.dialog.isOpen || answer?.link !== this.link.value) return;
    if (!this.order) {
      this.order = answer.parts.map(([name]) => name);
      for (const [name, label, selector] of answer.parts) {
        if (!document.querySelector(selector)) continue; // not on this page
        const box = this.box(this.choices, label);
        box.name = name;
        box.checked = this.chosen.has(name);
        this.boxes.set(name, box);
      }
    }
  }

  closed() {
    this.ask(null);
  }

  remove() {
    this.dialog.remove();
  }
}

// The part of Share that gives a figure of this page for a page of the reader's own.

import { element } from "../core/element.js";
import { copyFrom } from "./copying.js";
import { KINDS } from "./snippets.js";

const COPY = "Copy code";
const THEMES = { "": "as the reader's system", light: "always light", dark: "always dark" };

/** A select box under its label. */
function choice(label, options, change) {
  const select = element("select", { onchange: change });
  for (const [value, text] of options) select.append(element("option", { value, textContent: text }));
  return { select, row: element("label", {}, element("span", { textContent: label }), select) };
}

export class Embed {
  constructor() {
    const write = () => this.write();
    this.figure = choice("Figure", [], write);
    this.kind = choice("For", Object.entries(KINDS).map(([name, { label }]) => [name, label]), write);
    this.theme = choice("Colours", Object.entries(THEMES), write);
    this.code = element("textarea", { readOnly: true, rows: 5, spellcheck: false });
    this.code.setAttribute("aria-label", "Code for your page");
    this.code.onfocus = () => this.code.select();
    this.button = element("button", { type: "button", className: "main", textContent: COPY });
    this.button.onclick = () => copyFrom(this.code, this.button, COPY);
    this.note = element("p", { className: "note" });
    this.note.setAttribute("role", "status");
    this.root = element("details", { className: "embed" },
      element("summary", { textContent: "A figure in your own page" }),
      element("div", { className: "row" }, this.figure.row, this.kind.row, this.theme.row),
      this.code,
      element("div", { className: "row" }, this.button, this.note));
  }

  /**
   * The figures that this page has, as [name, title, height, settings that it has by itself], at the
   * settings of `query`.
   * @param {[string, string, number, string[]][]} views
   * @param {URLSearchParams} query
   */
  offer(views, query) {
    this.root.hidden = !views.length;
    this.views = views;
    this.query = query;
    const { select } = this.figure;
    const chosen = select.value;
    select.replaceChildren(...views.map(([value, title]) =>
      element("option", { value, textContent: title })));
    if (views.some(([name]) => name === chosen)) select.value = chosen;
    this.write();
  }

  write() {
    const [name, title, height, fixed] = this.views.find(([each]) => each === this.figure.select.value) ?? [];
    if (!name) return;
    const here = new URL(location.href);
    const params = new URLSearchParams({ view: name });
    if (this.theme.select.value) params.set("theme", this.theme.select.value);
    for (const [key, value] of this.query) if (!fixed.includes(key)) params.set(key, value);
    here.search = params.toString().replaceAll("%2C", ",");
    here.hash = "";
    const kind = KINDS[this.kind.select.value];
    this.code.value = kind.write({ address: here.href, title: `Unroll: ${title}`, height });
    this.note.textContent = kind.note;
  }
}

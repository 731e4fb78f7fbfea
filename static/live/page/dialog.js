// A dialog over the page: the browser's own, which keeps the focus inside, closes by Escape, and gives
// the focus back to where it was.

import { element } from "../core/element.js";
import { read } from "../core/theme.js";

let count = 0;

export class Dialog {
  constructor(title, className, onClose = () => {}) {
    const id = `unroll-dialog-${(count += 1)}`;
    const close = element("button", { type: "button", className: "close", textContent: "×" });
    close.setAttribute("aria-label", "Close");
    close.onclick = () => this.root.close();
    this.title = element("h2", { id, textContent: title });
    this.body = element("div", { className: "body" });
    this.root = element(
      "dialog",
      { className: `unroll-dialog ${className}` },
      element("header", {}, this.title, close),
      this.body,
    );
    this.root.setAttribute("aria-labelledby", id);
    this.root.addEventListener("click", (event) => {
      if (event.target === this.root) this.root.close(); // beside it, on the backdrop
    });
    // Streamlit's shortcuts are not meant here.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.root.addEventListener("close", onClose);
    document.body.append(this.root);
  }

  get isOpen() {
    return this.root.open;
  }

  open() {
    if (this.isOpen) return;
    // The theme's colours stand on Streamlit's own elements, and this is none of them.
    const themed = document.querySelector(".unroll-address, .unroll-slider") ?? document.body;
    const look = read(themed);
    for (const name of ["text", "background", "accent", "font", "line", "muted"]) {
      this.root.style.setProperty(`--${name}`, look[name]);
    }
    this.root.style.colorScheme = look.dark ? "dark" : "light";
    this.root.showModal();
  }

  remove() {
    this.root.remove();
  }
}

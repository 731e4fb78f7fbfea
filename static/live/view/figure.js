// A figure in the frame of another page (ui/answers/framed.py): it asks for the page's answer by the
// settings as the page does, and there is no session behind it. It asks for nothing until it is seen,
// and listens to nothing that the page around it says; that page is told
// {unroll: {view, height}}, height in CSS pixels, and nothing else.

import * as answers from "../core/answers.js";
import { element } from "../core/element.js";
import * as pieces from "../core/pieces.js";
import * as settings from "../core/settings.js";
import { Terms } from "../page/terms.js";
import { Slider, ready as slider } from "../slider/slider.js";

const UNREACHED = "The server of this figure cannot be reached from here.";

/**
 * Draw the page's pieces: `draws(key, parent)` is what draws the piece `key` in `parent`, and the
 * figure begins once all of `ready` is there.
 * @param {(key: string, parent: HTMLElement) => (payload: any) => void} draws
 * @param {Promise<any>[]} ready
 */
export function show(draws, ready) {
  const data = JSON.parse(document.getElementById("unroll-view").textContent);
  /** @type {HTMLElement} */
  const root = document.querySelector(".unroll-view");
  tell(root, data);
  link(root, data);
  refuse(root);
  new Terms(root).update(data);
  Promise.all([slider, ...ready]).then(() => {
    sliders(root, data);
    whenSeen(root, () => begin(root, data, draws));
  });
}

/** Say how high the figure is: at once, and when what stands above it takes another line. */
function tell(root, { view }) {
  let told = 0;
  const say = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    root.dataset.told = String(height);
    // To whoever frames it: it is no secret how high a picture is.
    if (window.parent !== window) window.parent.postMessage({ unroll: { view, height } }, "*");
  };
  new ResizeObserver(say).observe(document.body);
  say();
}

/** Keep the link to the app at what is on screen. */
function link(root, { opens }) {
  /** @type {HTMLAnchorElement} */
  const open = root.querySelector("footer a");
  answers.subscribe(() => {
    open.href = `${opens}?${answers.shown() ?? settings.query()}`;
    root.dataset.drawn = answers.stampShown() ?? "";
  });
}

/** Where no answer of ours comes through there is no session to bring it instead. */
function refuse(root) {
  settings.subscribe((what) => {
    if (what !== "barred") return;
    root.querySelector(".read")?.replaceChildren(element("p", { textContent: UNREACHED }));
  });
}

function sliders(root, data) {
  const place = root.querySelector(".sliders");
  for (const state of data.sliders) {
    const parent = element("div");
    place.append(parent);
    new Slider(parent).update(state, { setStateValue() {} });
  }
}

function begin(root, { query, answers: where }, draws) {
  /** @type {NodeListOf<HTMLElement>} */
  const places = root.querySelectorAll("[data-piece]");
  for (const parent of places) {
    const key = parent.dataset.piece;
    pieces.keep(key, parent, draws(key, parent));
  }
  settings.say(/** @type {any} */ ({ query, answers: where, told: 0, session: "" }), null);
  settings.move({}); // which asks for the first answer as for any
}

/** Call `fn()` once any of `node` is on the reader's screen, wherever the frame stands. */
function whenSeen(node, fn) {
  const sight = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    sight.disconnect();
    fn();
  });
  sight.observe(node);
}

/**
 * For one picture: made at once, drawn as `here` changes what the answer says of the page.
 * @param {new (parent: HTMLElement) => { update(payload: any, given: any): void }} Picture
 * @param {(payload: any, parent: HTMLElement) => any} here
 */
export function one(Picture, here = (payload) => payload) {
  return (_key, parent) => {
    const picture = new Picture(parent);
    return (payload) => picture.update(here(payload, parent), given(parent));
  };
}

/** What a picture has of a page: a panel that opens is a page of its own. */
const given = (parent) => ({
  setStateValue() {},
  setTriggerValue(name, { row, column }) {
    if (name !== "open") return;
    for (const panel of parent.querySelectorAll("a[href]")) {
      const query = new URL(panel.href).searchParams;
      const [init, activation] = [query.get("init"), query.get("activation")];
      if (init === row && activation === column) window.open(panel.href, "_blank", "noopener");
    }
  },
});

// The first page before there is a page: what it asks, verdict, picture and main chart of the address,
// drawn while Streamlit still starts. It asks for the answer that any move asks for, draws it with the modules
// that the page draws with, and goes as soon as the page's own stand in its place. Whatever fails
// here is left out: the page comes all the same.

import { Chart, ready as chart } from "../chart/chart.js";
import { split } from "../core/answers.js";
import { STREAMLIT, storedTheme } from "../core/internals.js";
import { River, ready as river } from "../river/river.js";

const PICTURES = { river: River, gradient_norms: Chart };
/** Of the answer's words, those that stand with them, and the one over the row of scenes. */
const WORDS = ["verdict"];
const ABOVE = "scene";
/** Where the page draws the same; its stamp says that it has. */
const STAGE = ".st-key-stage";
const DRAWN = [".unroll-river", ".unroll-chart[data-key=gradient_norms]"]
  .map((name) => `${STAGE} ${name}[data-stamp]:not([data-stamp=''])`);
/** Settings of a link by which the page shows less than all, or in another size. */
const OTHERWISE = ["hide", "present", "quiz"];
/** A page that has not come by then shows what is wrong with it. */
const PATIENCE_MS = 30000;

const began = performance.now();

/** @param {string} address of the answer */
async function begin(address) {
  // Asked by the link as it came: what no link could have is for the page to say.
  const answer = await fetch(address, { headers: { "x-unroll-early": "1" } });
  const type = answer.headers.get("content-type") ?? "";
  if (!answer.ok || !type.startsWith("application/x-unroll")) return;
  const [, ...pieces] = split(new Uint8Array(await answer.arrayBuffer()));
  await Promise.all([river, chart]);
  // A click on another page while this was on its way.
  if (come() || location.pathname !== path) return;
  const root = document.createElement("div");
  root.id = "unroll-early";
  root.setAttribute("aria-hidden", "true");
  root.inert = true; // its terms are buttons
  const theme = storedTheme();
  if (theme) root.dataset.theme = theme;
  document.body.append(root);
  const made = [];
  const above = document.createElement("div");
  above.className = "above";
  above.innerHTML = pieces.find((piece) => piece.key === ABOVE)?.html ?? "";
  root.append(above);
  for (const piece of pieces) {
    const Picture = PICTURES[piece.key];
    if (!Picture && !WORDS.includes(piece.key)) continue;
    const parent = document.createElement("div");
    root.append(parent);
    if (!Picture) parent.innerHTML = piece.html;
    else {
      const picture = new Picture(parent);
      made.push(picture);
      // Nothing here is asked, told or selected, and plotly.js would hold up the page.
      picture.update({ ...piece, setting: null, stream: null, plotly: null });
    }
  }
  follow(root, above, () => {
    for (const picture of made) picture.destroy();
    root.remove();
  });
}

/** Whether the page has drawn all of this. */
const come = () => DRAWN.every((selector) => document.querySelector(selector));

/** Stand where the page will draw, once what is above it is there, until it has. */
function follow(root, above, end) {
  // What Streamlit shows in place of an element that it has not loaded yet has another height.
  const known = !document.querySelector(STREAMLIT.skeleton);
  const box = known && document.querySelector(STAGE)?.getBoundingClientRect();
  if (box && box.width) {
    root.style.left = `${box.left}px`;
    root.style.top = `${box.top}px`;
    root.style.width = `${box.width}px`;
    above.remove(); // the page's own stands
  }
  const over = location.pathname !== path || performance.now() - began > PATIENCE_MS;
  if (come() || over) end();
  else requestAnimationFrame(() => follow(root, above, end));
}

const path = location.pathname;
/** @type {HTMLScriptElement | null} */
const own = document.querySelector("script[data-answer]");
const link = new URLSearchParams(location.search);
if (own && !OTHERWISE.some((name) => link.has(name))) {
  begin(new URL(own.dataset.answer, document.baseURI) + location.search).catch(() => {});
}

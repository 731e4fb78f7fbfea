// How the page is shown: at its usual size, large for a room (presenter mode), or on paper. Pictures
// and charts ask here how large to draw, and are told when that changes.

import { code, picture } from "./code.js";
import { STREAMLIT } from "./internals.js";
import { read, style } from "./theme.js";

/** Its style sheet: nothing is drawn before it applies. */
export const ready = style(new URL("stage.css", import.meta.url));

/** The sheet <name>.css, loaded now and switched on and off later. */
function sheet(name) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", media: "not all" });
  link.href = new URL(`${name}.css`, import.meta.url).href;
  document.head.append(link);
  return (on) => (link.media = on ? "all" : "not all");
}

const forRoom = sheet("present");
const forPaper = sheet("paper");

// Presenter mode fits its type to the screen: at this size it would be as large as usual.
const PLAIN = { width: 1000, height: 550 };
const MOST = 2.6;
const ROOM = 12; // px between the last chart and the sliders
const LEAST = 120; // px of a chart
const PAPER = 150; // px of a chart on paper
const NEURON = 474; // px: its rows do not come closer
const NEWCOMERS = 250; // ms, in which the pictures and sliders of a page arrive

const root = document.documentElement;
const listeners = new Set();
let presenting = false;
let printing = false;
let size = 1;
let newcomers = 0;

/** Call `fn()` when the page is to be drawn in another way; returns how to end that. */
export function subscribe(fn) {
  listeners.add(fn);
  if (presenting) {
    clearTimeout(newcomers); // whoever comes later changes what room there is
    newcomers = setTimeout(fit, NEWCOMERS);
  }
  return () => listeners.delete(fn);
}

const announce = () => listeners.forEach((fn) => fn());

/** By how much type and lines are larger than usual. */
export const scale = () => (presenting && !printing ? size : 1);

/** Whether it is being printed. */
export const onPaper = () => printing;

// --- presenter mode -------------------------------------------------------------------------------

export const presents = () => presenting;

/** Presenter mode on or off. */
export function present(on) {
  if (on === presenting) return;
  presenting = on;
  root.toggleAttribute("data-present", on);
  forRoom(on);
  fit();
}

function fit() {
  const fits = Math.min(window.innerWidth / PLAIN.width, window.innerHeight / PLAIN.height);
  size = Math.round(100 * Math.min(MOST, Math.max(1, fits))) / 100;
  root.style.setProperty("--stage", String(presenting ? size : 1));
  const themed = document.querySelector(".unroll-address");
  if (themed) {
    const { background, text, accent } = read(themed);
    root.style.setProperty("--stage-ground", background);
    root.style.setProperty("--stage-ink", text);
    root.style.setProperty("--stage-accent", accent);
  }
  // The styles of the new size apply first, then the pictures measure what room they have.
  requestAnimationFrame(() => {
    place();
    announce();
  });
}

addEventListener("resize", () => presenting && fit());

const shown = (node) => node.getClientRects().length > 0;
const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);

/** Pixels from the top of `node` to the sliders at the foot of the screen. */
function below(node) {
  const main = document.querySelector(STREAMLIT.main);
  const bar = all(".st-key-first_sliders")[0];
  const top = node.getBoundingClientRect().top + (main?.scrollTop ?? 0);
  return window.innerHeight - top - (bar?.offsetHeight ?? 0) - ROOM;
}

/** A picture that stands alone gets what room there is. */
function place() {
  if (!presenting) return;
  const [picture] = all(".unroll-neuron, .unroll-panels, .unroll-cliff");
  if (!picture) return;
  const room = Math.max(LEAST, below(picture));
  root.style.setProperty("--stage-room", `${room}px`);
  root.style.setProperty("--stage-fit", String(Math.max(1, Math.min(size, room / NEURON))));
}

/**
 * The height of the plot in `stage`, a chart's: `usual`, or in presenter mode what is left of the
 * screen, shared among the rows of charts on it; lower on paper.
 */
export function height(stage, usual) {
  if (printing) return Math.min(usual, PAPER);
  if (!presenting || !stage.closest("[class*=st-key-stage]")) return usual;
  const charts = all("[class*=st-key-stage] .unroll-chart");
  const tops = [...new Set(charts.map((chart) => Math.round(chart.getBoundingClientRect().top)))];
  const [first] = charts;
  if (!first) return usual;
  const around = first.offsetHeight - (first.querySelector(".stage")?.offsetHeight ?? 0);
  const rows = Math.max(1, tops.length);
  const room = below(first) / rows - around - (rows > 1 ? ROOM : 0);
  return Math.max(LEAST, Math.floor(room));
}

// --- paper ----------------------------------------------------------------------------------------

const text = (node) => node?.textContent.replace(/\s+/g, " ").trim() ?? "";

/** Every setting that has a control on the page, as "name: value". */
function settings() {
  const found = [];
  const add = (name, value) => {
    const said = `${name}: ${value}`;
    if (name && value && !found.includes(said)) found.push(said);
  };
  for (const node of document.querySelectorAll(`${STREAMLIT.page} *`)) {
    if (node.matches(".unroll-slider")) {
      add(text(node.querySelector("label")), text(node.querySelector(".value")));
    } else if (node.matches(".stSelectbox, .stNumberInput, .stTextInput")) {
      const field = node.querySelector("input");
      const label = text(node.querySelector("[data-testid=stWidgetLabel] p"));
      add(label, field?.value || text(node.querySelector("[data-baseweb=select]")));
    } else if (node.matches(".stCheckbox") && !node.closest(".st-key-stage_quiz")) {
      const box = node.querySelector("input");
      if (box?.checked) add(text(node.querySelector("p")), "on");
    } else if (node.matches(".stButtonGroup")) {
      const chosen = node.querySelectorAll(
        "button[aria-checked=true], button[aria-pressed=true], [kind$=Active]",
      );
      const label = text(node.querySelector("[data-testid=stWidgetLabel] p"));
      add(label, [...chosen].map(text).join(", ") || "none");
    }
  }
  return found;
}

const PICTURES =
  ".unroll-chart, .unroll-river, .unroll-stack, .unroll-neuron, .unroll-panels, .unroll-cliff";

/** Name the parts of the page that paper lays out in another way. */
function layOut() {
  const main = document.querySelector(STREAMLIT.page);
  if (!main) return;
  const name = (node, role) => (node.dataset.paper = role);
  for (const row of main.querySelectorAll(STREAMLIT.row)) {
    const columns = [...row.children].filter((child) => child.matches(STREAMLIT.column));
    const charts = columns.filter((column) => column.querySelector(".unroll-chart"));
    if (charts.length) name(row, charts.length === columns.length ? "charts" : "mixed");
    for (const column of columns) {
      const words = "table, .stHtml, [data-testid=stCaptionContainer], [data-testid=stHeading], " +
        ".stMarkdown";
      if (!column.querySelector(`${PICTURES}, ${words}`)) name(column, "empty");
    }
  }
  // A section of nothing but buttons.
  for (const heading of main.querySelectorAll("[data-testid=stHeading]")) {
    const box = heading.closest(".stElementContainer");
    const next = box?.nextElementSibling;
    if (next?.querySelector(".stDownloadButton") && !next.querySelector(`${PICTURES}, table`)) {
      name(box, "empty");
    }
  }
}

/** What paper has instead of controls: which page, its settings, and where it is, for a phone, too. */
function head() {
  document.querySelector(".unroll-paper")?.remove();
  const box = document.createElement("div");
  box.className = "unroll-paper";
  const line = (tag, className, content) => {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = content;
    box.append(node);
  };
  line("b", "", document.title.split(" · ").reverse().join(" · ")); // "Clipping · Unroll"
  line("p", "", settings().join(" · "));
  line("p", "address", location.href);
  const rows = code(location.href);
  if (rows) box.prepend(picture(rows));
  document.body.prepend(box);
}

function print(on) {
  if (on === printing) return;
  if (on) head();
  if (on) layOut();
  else document.querySelector(".unroll-paper")?.remove();
  if (!on) {
    document.querySelectorAll("[data-paper]").forEach((node) => node.removeAttribute("data-paper"));
  }
  printing = on;
  root.toggleAttribute("data-printing", on);
  forPaper(on);
  if (on) announce(); // at once: the page is taken as it stands when this returns
  else requestAnimationFrame(announce);
}

addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
matchMedia("print").addEventListener("change", ({ matches }) => print(matches));

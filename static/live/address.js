// The address bar: replaces the query once the page has come to rest, and copies the link on a click.
const { search } = new URL(import.meta.url);
const [{ unpack }, clock] = await Promise.all(
  ["wire", "clock"].map((name) => import(`./${name}.js${search}`)),
);

const STYLE = `
.unroll-address { display: flex; justify-content: flex-end; align-items: center; height: 34px; }
.unroll-address button {
  font: 500 0.875rem var(--st-font, sans-serif); color: var(--st-text-color, inherit);
  background: transparent; border: 1px solid var(--st-border-color, #8886); border-radius: 999px;
  padding: 0 14px; height: 32px; cursor: pointer; white-space: nowrap; display: inline-flex; gap: 6px;
  align-items: center;
}
.unroll-address button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.unroll-address button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.unroll-address svg { width: 14px; height: 14px; }
`;
const ICON =
  '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">' +
  '<path d="M6.5 9.5l3-3M7 4.5l1.2-1.2a3 3 0 014.3 4.3L11.2 8.8M9 11.5l-1.2 1.2a3 3 0 01-4.3-4.3L4.8 7.2"/></svg>';
const LABEL = `${ICON}<span>Copy link</span>`;
const REST_MS = 150; // browsers limit how often an address may change

const instances = new WeakMap();

function show(state) {
  const url = new URL(location.href);
  const query = `?${state.query}`;
  if (url.search !== query) history.replaceState(history.state, "", url.pathname + query + url.hash);
}

function later(state) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => (clock.busy() ? later(state) : show(state)), REST_MS);
}

// navigator.clipboard exists on secure pages only; a class often opens http://teacher:8501.
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position:fixed;opacity:0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copying is not allowed here");
}

function create(parent) {
  const root = document.createElement("div");
  root.className = "unroll-address";
  root.innerHTML = `<style>${STYLE}</style><button type="button">${LABEL}</button>`;
  parent.querySelector(":scope > .unroll-address")?.remove();
  parent.append(root);
  const state = { root, query: "", timer: 0 };
  const button = root.querySelector("button");
  button.title = "Copy a link to exactly what is on screen";
  button.onclick = async () => {
    show(state);
    const words = button.querySelector("span");
    try {
      await copy(location.href);
      words.textContent = "Copied";
    } catch {
      words.textContent = "See the address bar";
    }
    setTimeout(() => (words.textContent = "Copy link"), 1800);
  };
  return state;
}

export default function (component) {
  const { data, parentElement } = component;
  let state = instances.get(parentElement);
  if (!state) {
    state = create(parentElement);
    instances.set(parentElement, state);
  }
  const payload = unpack(data);
  state.root.dataset.key = payload.key;
  state.query = state.root.dataset.query = payload.query; // what the address bar is about to hold
  later(state);
  return () => {
    if (!parentElement.isConnected) clearTimeout(state.timer);
  };
}

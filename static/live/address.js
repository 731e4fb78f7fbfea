// The address bar: replaces the query once the page has come to rest; and the button that shares it.
// It is on every page, so the keys and the way a page is shown hang on it.
const { search } = new URL(import.meta.url);
const [{ unpack }, clock, stage, keys, { Share }] = await Promise.all(
  ["wire", "clock", "stage", "keys", "share"].map((name) => import(`./${name}.js${search}`)),
);

const ICON =
  '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">' +
  '<path d="M6.5 9.5l3-3M7 4.5l1.2-1.2a3 3 0 014.3 4.3L11.2 8.8M9 11.5l-1.2 1.2a3 3 0 01-4.3-4.3L4.8 7.2"/></svg>';
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

function create(parent) {
  const root = document.createElement("div");
  root.className = "unroll-address";
  root.innerHTML = `<button type="button" aria-haspopup="dialog">${ICON}<span>Share</span></button>`;
  parent.querySelector(":scope > .unroll-address")?.remove();
  parent.append(root);
  const state = { root, query: "", timer: 0 };
  // Streamlit calls back on a change only: `at` makes the same word, said again, news.
  const tell = (name, value) =>
    clock.post(state.payload.key, () => state.tell(name, { ...value, at: Date.now() }));
  const turn = (on) => {
    stage.present(on);
    tell("present", { on });
  };
  state.share = new Share({
    ask: (link) => tell("link", { link }),
    present: () => turn(!stage.presents()),
    keys: () => keys.showList(),
  });
  const open = () => {
    show(state);
    state.share.open({ ...state.payload, present: stage.presents() });
  };
  const button = root.querySelector("button");
  button.title = "A link to exactly what is on screen, its QR code, and presenter mode";
  button.onclick = open;
  keys.use({ share: open, turn, hidden: () => state.payload?.hidden ?? [] });
  return state;
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  let state = instances.get(parentElement);
  if (!state) {
    state = create(parentElement);
    instances.set(parentElement, state);
  }
  const payload = unpack(data);
  state.tell = setStateValue;
  state.root.dataset.key = payload.key;
  state.query = state.root.dataset.query = payload.query; // what the address bar is about to hold
  if (payload.present !== state.payload?.present) stage.present(payload.present);
  state.payload = payload;
  state.share.update(payload.answer);
  later(state);
  return () => {
    if (parentElement.isConnected) return;
    clearTimeout(state.timer);
    state.share.remove();
  };
}

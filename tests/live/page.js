// As much of a page as the modules of static/live/core ask for when they are loaded.

const listeners = {};
export const heard = (name, event) => (listeners[name] ?? []).forEach((fn) => fn(event));

const node = () => ({
  dataset: {}, style: {}, classList: { add() {} }, setAttribute() {}, append() {}, isConnected: true,
});

globalThis.document = {
  baseURI: "http://unroll.test/lab/one_neuron",
  hidden: false,
  documentElement: node(),
  body: node(),
  createElement: node,
  addEventListener() {},
  querySelector: () => null,
};
globalThis.addEventListener = (name, fn) => (listeners[name] ??= []).push(fn);
globalThis.innerHeight = 800;

export const later = (ms = 5) => new Promise((done) => setTimeout(done, ms));

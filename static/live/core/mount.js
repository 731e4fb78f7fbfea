// Between Streamlit and what draws: a piece per parent element, made at the first call, told of every
// further one, gone with its parent.

import { around } from "./internals.js";
import * as pieces from "./pieces.js";
import { unpack } from "./wire.js";

/**
 * Until a component has drawn, Python keeps its place with a fixed height; from then on it is as
 * high as its content, and a caption may grow on a narrow screen.
 */
function release(parent) {
  const box = around(parent, "box");
  if (box) Object.assign(box.style, { height: "auto", flex: "none", overflow: "visible" });
}

/** @typedef {import("../types").Payload} Payload */
/** @typedef {import("../types").Given} Given */

/**
 * What Streamlit calls at mount, and again on every change of data or theme. `draw(payload, given)`
 * draws, `gone(parent)` cleans up.
 * @param {(payload: any, given: Given) => void} draw
 * @param {(parent: HTMLElement) => void} [gone]
 */
export function component(draw, gone) {
  const read = new WeakMap(); // parent -> { data, payload }
  return (given) => {
    const { data, parentElement: parent } = given;
    let last = read.get(parent);
    if (last?.data !== data) read.set(parent, (last = { data, payload: unpack(data) }));
    const { payload } = last;
    pieces.regular(payload, parent, (shown) => draw(shown, given));
    release(parent);
    return () => {
      // Also called when newer data overtake a run that is still loading: the picture stays then.
      if (parent.isConnected) return;
      pieces.gone(payload.key, parent);
      gone?.(parent);
    };
  };
}

/** The same for a class; `name` is that of a picture's `root`. */
export function each(Picture, name) {
  const pictures = new WeakMap();
  return component(
    (payload, given) => {
      const { parentElement: parent } = given;
      let picture = pictures.get(parent);
      if (!picture?.root.isConnected) {
        picture?.destroy();
        parent.querySelector(`:scope > .${name}`)?.remove(); // of another version of our modules
        pictures.set(parent, (picture = new Picture(parent)));
      }
      picture.update(payload, given);
    },
    (parent) => {
      pictures.get(parent)?.destroy();
      pictures.delete(parent);
    },
  );
}

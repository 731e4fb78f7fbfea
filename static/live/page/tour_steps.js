// What the tour shows, by page: where it points (a selector, and the part of its width), what it says
// (HTML, true at any settings), and what it moves. "" is for a page without one of its own.

/**
 * @typedef {object} Step
 * @property {string} at of several things the first that has a place of its own
 * @property {number} [x]
 * @property {string} says
 * @property {{key: string, to: number[]}} [moves] a slider, and where to: the first that is far off
 */

const SLIDERS = ".st-key-first_sliders .unroll-slider";

/** @type {Record<string, Step[]>} */
export const STEPS = {
  gradient_flow: [
    {
      at: ".st-key-stage .unroll-river .ur-losses",
      says: "<b>It starts here.</b> The loss says how wrong the output is. From it the gradient sets out " +
        "to the left, step by step back in time.",
    },
    {
      at: ".st-key-stage .unroll-river .ur-stage",
      x: 0.15,
      says: "<b>Width and colour are what is left of it.</b> Grey arrives as it left. Blue has all but " +
        "vanished: what happened that long ago cannot be learned. Red explodes.",
    },
    {
      at: `${SLIDERS}[data-key=gain]`,
      says: "<b>This decides.</b> W<sub>h</sub> scale is how strongly the state feeds itself. Watch it " +
        "move, or drag it yourself: everything follows.",
      moves: { key: "gain", to: [1.8, 0.6] },
    },
    {
      at: ".st-key-stage .unroll-verdict, .st-key-stage .unroll-verdict .line",
      x: 0.3,
      says: "<b>What became of it, in words.</b> The scenes above show the extremes; the arrow at the " +
        "top right takes back what you have changed.",
    },
  ],
  "": [
    {
      at: ".st-key-scenes .stButton",
      says: "<b>Scenes.</b> One click sets everything to show one thing, and says what to look at.",
    },
    {
      at: SLIDERS,
      says: "<b>Drag.</b> Pictures, numbers and sentences follow while it moves.",
    },
    {
      at: ".st-key-stage h1",
      says: "<b>What became of it.</b> The words are computed from what is on screen.",
    },
    {
      at: ".unroll-address",
      says: "<b>Nothing is lost.</b> Take changes back, start over, or share exactly what you see.",
    },
  ],
};

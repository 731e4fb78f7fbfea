// The step-through of one unit: backpropagation through time, one multiplication at a time. Holds
// the position and the clock of the playing; draws no picture.

import { Steps } from "../core/steps.js";

const NAMES = {
  back: "Back in time: the next multiplication",
  play: "Play the backward pass from the loss",
  forward: "Undo one multiplication",
  loss: "Start again at the loss",
};

// Time to read one equation; long strings go faster, or nobody would wait for the end.
const pause = (count) => Math.max(450, Math.min(1600, 30_000 / count));

export class Walk extends Steps {
  // Fields that Object.assign sets.
  at; order; onMove; onEnd;

  // `onMove(id)` hears every change of position that starts here, `onEnd()` when it is left.
  constructor(controls, onMove, onEnd) {
    super(controls, "un", NAMES);
    Object.assign(this, { onMove, onEnd, at: null, order: [] });
    this.place = document.createElement("span");
    this.place.className = "un-place";
    controls.append(this.place);
    this.all = this.button("us-word un-button-all", () => this.stop());
    this.all.textContent = "Show all";
  }

  // New data keep the position where they can.
  update(order) {
    const changed = order.length !== this.order.length;
    this.order = order;
    if (changed && this.at !== null) this.stop();
    this.show();
  }

  /** The ids that have not been reached. */
  waiting() {
    return new Set(this.at === null ? [] : this.order.slice(this.at + 1));
  }

  show() {
    const { at, order, buttons } = this;
    buttons.back.disabled = at === order.length - 1;
    buttons.forward.disabled = at === null || at === 0;
    buttons.loss.disabled = at === 0;
    this.showPlaying();
    this.all.hidden = at === null;
    const text = at === null
      ? "Click a number, or play the backward pass."
      : `Backward pass: ${at + 1} of ${order.length}`;
    if (this.place.textContent !== text) this.place.textContent = text;
  }

  go(at) {
    this.at = at;
    this.show();
    this.onMove(this.order[at]);
  }

  loss() {
    this.pause();
    this.go(0);
  }

  back() {
    this.pause();
    this.go(this.at === null ? 0 : Math.min(this.order.length - 1, this.at + 1));
  }

  forward() {
    this.pause();
    if (this.at !== null) this.go(Math.max(0, this.at - 1));
  }

  play() {
    this.playing = true;
    this.go(this.at === null || this.at === this.order.length - 1 ? 0 : this.at);
    const advance = () => {
      if (this.at >= this.order.length - 2) this.playing = false;
      this.go(Math.min(this.order.length - 1, this.at + 1));
      return pause(this.order.length);
    };
    this.keep(advance, pause(this.order.length));
  }

  stop() {
    this.halt();
    this.at = null;
    this.show();
    this.onEnd();
  }
}

// The scrubber over the updates of a descent: buttons, a track, and the clock of the playing.

import { Steps } from "../core/steps.js";

const NAMES = {
  start: "Back to the start",
  back: "One update back",
  play: "Play the descent",
  forward: "One update on",
};
const WHOLE = 7000; // ms for a whole descent, if it is long
const DWELL = 900; // ms longer where something happens
// Someone who wants no motion gets a few pictures instead.
const FEW = 8;
const STANDS = 900;

export class Play extends Steps {
  // Fields that Object.assign sets.
  at; dwell; onMove; updates;

  /** `onMove(at)` hears every change of position that starts here, `onRest()` when it stops. */
  constructor(controls, onMove, onRest) {
    super(controls, "uc", NAMES);
    Object.assign(this, { onMove, onRest, at: 0, updates: 0, dwell: null });
    this.track = document.createElement("input");
    Object.assign(this.track, { type: "range", min: 0, step: 1, className: "uc-track" });
    this.track.setAttribute("aria-label", "update shown");
    this.track.addEventListener("input", () => {
      this.pause();
      this.go(Number(this.track.value));
    });
    controls.append(this.track);
  }

  describe(text) {
    this.track.setAttribute("aria-valuetext", text);
    this.show();
  }

  update({ updates, dwell }) {
    Object.assign(this, { updates, dwell });
    this.show();
  }

  show() {
    const { at, updates, buttons, track } = this;
    track.max = String(updates);
    track.value = String(at);
    track.style.setProperty("--at", `${updates ? (100 * at) / updates : 0}%`);
    buttons.start.disabled = buttons.back.disabled = at === 0;
    buttons.forward.disabled = at >= updates;
    buttons.play.disabled = updates === 0;
    this.showPlaying();
  }

  go(at) {
    this.at = Math.min(this.updates, Math.max(0, at));
    this.onMove(this.at);
    this.show();
  }

  start() {
    this.pause();
    this.go(0);
  }

  back() {
    this.pause();
    this.go(this.at - 1);
  }

  forward() {
    this.pause();
    this.go(this.at + 1);
  }

  play() {
    this.playing = true;
    this.go(this.at >= this.updates ? 0 : this.at);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stride = calm ? Math.max(1, Math.ceil(this.updates / FEW)) : 1;
    const pace = calm ? STANDS : Math.min(220, Math.max(25, WHOLE / this.updates));
    const advance = () => {
      const next = Math.min(this.updates, this.at + stride);
      // Where something happens it stops on the way, whatever the stride.
      const meets = this.dwell !== null && this.at < this.dwell && this.dwell <= next;
      const at = meets ? this.dwell : next;
      if (at >= this.updates) this.playing = false;
      this.go(at);
      return pace + (meets ? DWELL : 0);
    };
    this.keep(advance, pace);
  }
}

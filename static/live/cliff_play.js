// The scrubber over the updates of a descent: buttons, a track, and the clock of the playing.

const ICONS = {
  start: "M12.5 3.5 8 8l4.5 4.5M4.5 3.5v9",
  back: "M10.5 3.5 6 8l4.5 4.5",
  play: "M5 3v10l8-5z",
  pause: "M5 3.5v9M11 3.5v9",
  forward: "M5.5 3.5 10 8l-4.5 4.5",
};
const NAMES = {
  start: "Back to the start",
  back: "One update back",
  play: "Play the descent",
  pause: "Pause",
  forward: "One update on",
};
const WHOLE = 7000; // ms for a whole descent, if it is long
const DWELL = 900; // ms longer where something happens
// Someone who wants no motion gets a few pictures instead.
const FEW = 8;
const STANDS = 900;

const icon = (name) =>
  `<svg viewBox="0 0 16 16" aria-hidden="true" class="uc-icon uc-icon-${name}">` +
  `<path d="${ICONS[name]}"/></svg>`;

export class Play {
  /** `onMove(at)` hears every change of position that starts here, `onRest()` when it stops. */
  constructor(controls, onMove, onRest) {
    Object.assign(this, { onMove, onRest, at: 0, updates: 0, dwell: null, playing: false });
    this.buttons = {};
    for (const name of ["start", "back", "play", "forward"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `uc-button uc-button-${name}`;
      button.innerHTML = name === "play" ? icon("play") + icon("pause") : icon(name);
      button.addEventListener("click", () => this[name === "play" ? "toggle" : name]());
      controls.append(button);
      this.buttons[name] = button;
      this.name(name, NAMES[name]);
    }
    this.track = document.createElement("input");
    Object.assign(this.track, { type: "range", min: 0, step: 1, className: "uc-track" });
    this.track.setAttribute("aria-label", "update shown");
    this.track.addEventListener("input", () => {
      this.pause();
      this.go(Number(this.track.value));
    });
    controls.append(this.track);
  }

  name(button, text) {
    if (this.buttons[button].title === text) return;
    this.buttons[button].title = text;
    this.buttons[button].setAttribute("aria-label", text);
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
    track.max = updates;
    track.value = at;
    track.style.setProperty("--at", `${updates ? (100 * at) / updates : 0}%`);
    buttons.start.disabled = buttons.back.disabled = at === 0;
    buttons.forward.disabled = at >= updates;
    buttons.play.disabled = updates === 0;
    buttons.play.classList.toggle("uc-playing", this.playing);
    this.name("play", this.playing ? NAMES.pause : NAMES.play);
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

  toggle() {
    if (this.playing) return this.pause();
    this.playing = true;
    this.go(this.at >= this.updates ? 0 : this.at);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stride = calm ? Math.max(1, Math.ceil(this.updates / FEW)) : 1;
    const pace = calm ? STANDS : Math.min(220, Math.max(25, WHOLE / this.updates));
    const tick = () => {
      if (!this.playing) return;
      const next = Math.min(this.updates, this.at + stride);
      // Where something happens it stops on the way, whatever the stride.
      const meets = this.dwell !== null && this.at < this.dwell && this.dwell <= next;
      const at = meets ? this.dwell : next;
      if (at >= this.updates) this.playing = false;
      this.go(at);
      if (this.playing) this.timer = setTimeout(tick, pace + (meets ? DWELL : 0));
      else this.onRest();
    };
    this.timer = setTimeout(tick, pace);
  }

  pause() {
    clearTimeout(this.timer);
    if (!this.playing) return;
    this.playing = false;
    this.show();
    this.onRest();
  }
}

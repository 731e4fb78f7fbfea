// The step-through of one unit: backpropagation through time, one multiplication at a time. Holds
// the position and the clock of the playing; draws no picture.

const ICONS = {
  loss: "M3.5 3.5 8 8l-4.5 4.5M11.5 3.5v9",
  back: "M10.5 3.5 6 8l4.5 4.5",
  play: "M11.5 3v10L3.5 8z",
  pause: "M5 3.5v9M11 3.5v9",
  forward: "M5.5 3.5 10 8l-4.5 4.5",
};
const NAMES = {
  back: "Back in time: the next multiplication",
  play: "Play the backward pass from the loss",
  pause: "Pause",
  forward: "Undo one multiplication",
  loss: "Start again at the loss",
};

const icon = (name) =>
  `<svg viewBox="0 0 16 16" aria-hidden="true" class="un-icon un-icon-${name}">` +
  `<path d="${ICONS[name]}"/></svg>`;

// Time to read one equation; long strings go faster, or nobody would wait for the end.
const pause = (count) => Math.max(450, Math.min(1600, 30_000 / count));

export class Walk {
  // `onMove(id)` hears every change of position that starts here, `onEnd()` when it is left.
  constructor(controls, onMove, onEnd) {
    Object.assign(this, { onMove, onEnd, at: null, playing: false, order: [] });
    this.buttons = {};
    for (const name of ["back", "play", "forward", "loss"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `un-button un-button-${name}`;
      button.innerHTML = name === "play" ? icon("play") + icon("pause") : icon(name);
      button.addEventListener("click", () => this[name]());
      controls.append(button);
      this.buttons[name] = button;
      this.name(name, NAMES[name]);
    }
    this.place = document.createElement("span");
    this.place.className = "un-place";
    controls.append(this.place);
    this.all = document.createElement("button");
    this.all.type = "button";
    this.all.className = "un-button un-button-all";
    this.all.textContent = "Show all";
    this.all.addEventListener("click", () => this.stop());
    controls.append(this.all);
  }

  name(button, text) {
    if (this.buttons[button].title === text) return;
    this.buttons[button].title = text;
    this.buttons[button].setAttribute("aria-label", text);
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
    buttons.play.classList.toggle("un-playing", this.playing);
    this.name("play", this.playing ? NAMES.pause : NAMES.play);
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
    if (this.playing) return this.pause();
    this.playing = true;
    this.go(this.at === null || this.at === this.order.length - 1 ? 0 : this.at);
    const tick = () => {
      if (!this.playing) return;
      if (this.at >= this.order.length - 2) this.playing = false;
      this.go(Math.min(this.order.length - 1, this.at + 1));
      if (this.playing) this.timer = setTimeout(tick, pause(this.order.length));
    };
    this.timer = setTimeout(tick, pause(this.order.length));
  }

  pause() {
    clearTimeout(this.timer);
    if (!this.playing) return;
    this.playing = false;
    this.show();
  }

  stop() {
    clearTimeout(this.timer);
    this.playing = false;
    this.at = null;
    this.show();
    this.onEnd();
  }
}

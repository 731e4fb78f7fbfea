// The row of buttons under a picture that is stepped through, and whether it plays. What a step is
// the classes built on this one know: river/walk.js, neuron/walk.js, cliff/play.js.

const ICONS = {
  start: "M12.5 3.5 8 8l4.5 4.5M4.5 3.5v9",
  loss: "M3.5 3.5 8 8l-4.5 4.5M11.5 3.5v9",
  back: "M10.5 3.5 6 8l4.5 4.5",
  forward: "M5.5 3.5 10 8l-4.5 4.5",
  play: "M5 3v10l8-5z",
  "play-left": "M11.5 3v10L3.5 8z",
  pause: "M5 3.5v9M11 3.5v9",
};

const icon = (name, kind = name) =>
  `<svg viewBox="0 0 16 16" aria-hidden="true" class="us-icon us-icon-${kind}">` +
  `<path d="${ICONS[name]}"/></svg>`;

export class Steps {
  /**
   * Buttons at the end of `controls`, in the order of `names`, which has what they say. "play"
   * begins what the method of its name does, or ends it; any other calls the method of its name.
   * `prefix` is that of the picture's classes. A picture whose loss is on the right plays to the
   * left.
   */
  constructor(controls, prefix, names) {
    this.controls = controls;
    this.prefix = prefix;
    this.names = names;
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = {};
    this.playing = false;
    this.frame = 0; // of an animation that one built on this has asked for
    for (const name in names) {
      const act = name === "play" ? () => this.toggle() : () => this[name]();
      const button = this.button(`${prefix}-button-${name}`, act);
      button.innerHTML = name === "play"
        ? icon("loss" in names ? "play-left" : "play", "play") + icon("pause")
        : icon(name);
      this.buttons[name] = button;
      this.name(name, names[name]);
    }
    this.buttons.play.classList.add("us-play");
  }

  /** One more button at the end of the row. */
  button(className, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `us-button ${className}`;
    button.addEventListener("click", act);
    this.controls.append(button);
    return button;
  }

  name(button, text) {
    if (this.buttons[button].title === text) return;
    this.buttons[button].title = text;
    this.buttons[button].setAttribute("aria-label", text);
  }

  /** Shows on its button whether it plays. */
  showPlaying() {
    for (const prefix of ["us", this.prefix]) {
      this.buttons.play.classList.toggle(`${prefix}-playing`, this.playing);
    }
    this.name("play", this.playing ? "Pause" : this.names.play);
  }

  /** Begin to play; of those built on this one. */
  play() {}

  /** Draw where it stands. */
  show() {}

  /** It has come to rest. */
  onRest() {}

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** While it plays calls `advance`, first after `wait` ms, then after as many as it answered. */
  keep(advance, wait) {
    this.timer = setTimeout(() => {
      if (!this.playing) return;
      const next = advance();
      if (this.playing) this.keep(advance, next);
      else this.onRest();
    }, wait);
  }

  pause() {
    const { playing } = this;
    this.halt();
    if (!playing) return;
    this.show();
    this.onRest();
  }

  /** Ends the playing and says nothing of it. */
  halt() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.playing = false;
  }
}

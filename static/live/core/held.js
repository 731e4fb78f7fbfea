// A setting that a picture holds: what is chosen there becomes a move once it has been still, and
// what the session says of it is taken over if it is news and nothing newer comes from here.

import * as settings from "./settings.js";

/** A choice becomes a move once it has been still for this long. */
const STILL_MS = 150;

/** @typedef {string | number | null} Value */

export class Held {
  /** @type {string} */ setting;
  /** @type {Value | undefined} what the session and the picture last agreed on */ adopted;
  still = 0;

  /**
   * `own()` is what the picture shows now; while `moving()` it is not at rest.
   * @param {() => Value} own
   * @param {() => boolean} moving
   */
  constructor(own, moving = () => false) {
    this.own = own;
    this.moving = moving;
  }

  /**
   * Whether `told`, which a payload of `known` moves says of the setting, is to be shown.
   * @param {string} setting
   * @param {Value} told
   * @param {number | undefined} known
   */
  adopt(setting, told, known) {
    const news = told !== (this.adopted ?? null);
    this.setting = setting;
    this.adopted = told;
    const newer = settings.newer(setting, known) && settings.value(setting) !== told;
    return news && !this.still && !newer;
  }

  /** The picture shows another value. */
  changed() {
    if (!this.still && this.own() === (this.adopted ?? null)) return;
    clearTimeout(this.still);
    this.still = setTimeout(() => this.rest(), STILL_MS);
  }

  rest() {
    this.still = 0;
    const own = this.own();
    if (own === (this.adopted ?? null)) return;
    if (this.moving()) return this.changed();
    this.adopted = own;
    settings.move({ [this.setting]: own });
  }

  destroy() {
    clearTimeout(this.still);
  }
}

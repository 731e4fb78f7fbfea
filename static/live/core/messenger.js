// Between the page's selected step and the setting that holds it, for a component that is asked to.

import * as selection from "./selection.js";
import * as settings from "./settings.js";

/** A selection becomes a move once it has been still for this long. */
const STILL_MS = 150;

export class Messenger {
  /**
   * `setting` holds the step, a number from 1, or null; while `moving()` it is not at rest.
   * @param {string} setting
   * @param {() => boolean} moving
   */
  constructor(setting, moving = () => false) {
    this.setting = setting;
    this.moving = moving;
    const unselect = selection.subscribe((step) => this.changed(step ?? null));
    const unmove = settings.subscribe((what) => what === "moved" && this.moved());
    this.unsubscribe = () => (unselect(), unmove());
  }

  /**
   * The step of a payload, taken over if it is news and nothing newer comes from here.
   * @param {number | null} told
   */
  adopt(told, known) {
    const news = told !== (this.adopted ?? null);
    this.adopted = told;
    if (this.still || (settings.newer(this.setting, known) && settings.value(this.setting) !== told)) return;
    if (news && told !== (selection.get() ?? null)) selection.set(told, "python");
  }

  /** The setting has been moved, here or by a slider. */
  moved() {
    if (this.still || !settings.moved(this.setting)) return;
    this.adopted = settings.value(this.setting);
    if (this.adopted !== (selection.get() ?? null)) selection.set(this.adopted, "setting");
  }

  changed(step) {
    if (step === (this.adopted ?? null) && !this.still) return;
    clearTimeout(this.still);
    this.still = setTimeout(() => this.rest(step), STILL_MS);
  }

  rest(step) {
    this.still = 0;
    if (this.moving()) this.changed(step);
    else if (step !== (this.adopted ?? null)) {
      this.adopted = step;
      settings.move({ [this.setting]: step });
    }
  }

  destroy() {
    clearTimeout(this.still);
    this.unsubscribe();
  }
}

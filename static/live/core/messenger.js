// Between the page's selected step and the setting that holds it, for a component that is asked to.

import { Held } from "./held.js";
import * as selection from "./selection.js";
import * as settings from "./settings.js";

const selected = () => selection.get() ?? null;

export class Messenger {
  /**
   * `setting` holds the step, a number from 1, or null; while `moving()` it is not at rest.
   * @param {string} setting
   * @param {() => boolean} moving
   */
  constructor(setting, moving = () => false) {
    this.setting = setting;
    this.held = new Held(selected, moving);
    const unselect = selection.subscribe(() => this.held.changed());
    const unmove = settings.subscribe((what) => what === "moved" && this.moved());
    this.unsubscribe = () => (unselect(), unmove());
  }

  /**
   * The step of a payload, taken over if it is news and nothing newer comes from here.
   * @param {number | null} told
   * @param {number | undefined} known
   */
  adopt(told, known) {
    if (this.held.adopt(this.setting, told, known) && told !== selected()) {
      selection.set(told, "python");
    }
  }

  /** The setting has been moved, here or by a slider. */
  moved() {
    if (this.held.still || !settings.moved(this.setting)) return;
    this.held.adopted = settings.value(this.setting);
    if (this.held.adopted !== selected()) selection.set(this.held.adopted, "setting");
  }

  destroy() {
    this.held.destroy();
    this.unsubscribe();
  }
}

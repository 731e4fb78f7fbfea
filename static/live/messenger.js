// Between the page's selected step and Python's, for a component that is asked to.

const { search } = new URL(import.meta.url);
const selection = await import(`./selection.js${search}`);

// A selection is told to Python once it has been still for this long.
const STILL = 150;
// After this long without an answer a told selection no longer outranks Python's.
const LOST = 2000;

export class Messenger {
  /** `tell({ step, at })` sends to Python; a step is a number from 1, or null. */
  constructor(tell) {
    this.tell = tell;
    this.unsubscribe = selection.subscribe((step) => this.changed(step ?? null));
  }

  /**
   * Python's selection, from a payload. It is taken over when Python changed it (a link, a slider)
   * and nothing newer is on its way from here.
   */
  adopt(told) {
    if (told === this.sent) this.sent = undefined;
    const news = told !== (this.adopted ?? null);
    this.adopted = told;
    if (news && this.sent === undefined && !this.still && told !== (selection.get() ?? null)) {
      selection.set(told, "python");
    }
  }

  changed(step) {
    if (step === (this.adopted ?? null) && !this.still) return;
    clearTimeout(this.still);
    this.still = setTimeout(() => this.tellNow(step), STILL);
  }

  tellNow(step) {
    this.still = 0;
    if (step === (this.adopted ?? null)) return;
    this.sent = step;
    // Streamlit calls back on a change only: `at` makes the same step, told again, news.
    this.tell({ step, at: Date.now() });
    clearTimeout(this.lost);
    this.lost = setTimeout(() => {
      this.sent = undefined;
    }, LOST);
  }

  destroy() {
    clearTimeout(this.still);
    clearTimeout(this.lost);
    this.unsubscribe();
  }
}

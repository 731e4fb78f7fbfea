// What a slider's settings mean: legal values, places on the track, text.

/** Positions on a logarithmic track; a linear one has its own steps. */
const LOG_POSITIONS = 200;

/** 0.1 + 0.2 without its tail. */
const tidy = (value) => Number(value.toPrecision(12));

/** What a slider's settings mean: legal values, places on the track, text. */
export class Scale {
  // Fields that Object.assign sets.
  minimum; maximum; step; log; digits; unit;

  /** @param {{ minimum: number, maximum: number, step: number, log: boolean, digits: number, unit?: string }} settings */
  constructor({ minimum, maximum, step, log, digits, unit }) {
    Object.assign(this, { minimum, maximum, step, log, digits, unit });
    this.whole = Number.isInteger(step) && Number.isInteger(minimum);
  }

  /** Where a value stands on the track, in the units of the range input. */
  place(value) {
    return this.log ? Math.log10(value) : value;
  }

  /** The value the track has at `place`: on the grid of steps. */
  at(place) {
    return this.snap(this.log ? 10 ** place : place);
  }

  snap(value) {
    const { minimum, maximum, step } = this;
    const last = Math.floor((maximum - minimum) / step + 1e-9); // the end may lie off the grid
    const index = Math.round((value - minimum) / step);
    const near = index > last || maximum - value < Math.abs(minimum + index * step - value)
      ? maximum
      : minimum + Math.max(0, index) * step;
    return tidy(Math.min(maximum, Math.max(minimum, near)));
  }

  /** `count` steps from `value`, down if negative; on a logarithmic track at a constant ratio. */
  move(value, count) {
    if (!this.log) return this.snap(value + count * this.step);
    const width = (Math.log10(this.maximum) - Math.log10(this.minimum)) / LOG_POSITIONS;
    const far = this.snap(value * 10 ** (width * count));
    const near = this.snap(value + Math.sign(count) * this.step);
    return count > 0 ? Math.max(far, near) : Math.min(far, near);
  }

  number(value) {
    if (this.whole && Number.isInteger(value)) return String(value);
    // A value typed by hand may lie between the steps: show what it is.
    const short = this.log
      ? String(Number(value.toPrecision(this.digits + 1)))
      : value.toFixed(this.digits);
    const exact = String(Number(value.toPrecision(6)));
    return (Number(short) === Number(exact) ? short : exact).replace("-", "\u2212");
  }

  text(value) {
    return this.number(value) + (this.unit ? `\u202f${this.unit}` : "");
  }
}

// What passes between the modules, and what they find on the page that none of them brings.

declare global {
  interface Window {
    Plotly: any;
  }
  // The browser writes a number as text by itself.
  interface Element {
    setAttribute(name: string, value: number): void;
  }
}

/** What Python sends for one piece of the page (ui/live/drawing.py), or writes as words. */
export interface Payload {
  key: string;
  group?: string; // the answer that brings it up to date
  html?: string; // of words
  told?: number; // the moves that the session knew of
  stamp?: string | null; // what it was computed from
  digest?: string; // equal for equal drawings
  pumped?: boolean; // further drawings come by themselves,
  version?: number; // the newest has the highest
  [field: string]: any;
}

/** What Streamlit gives a component. */
export interface Given {
  data: Uint8Array;
  parentElement: HTMLElement;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

// Talking to a room: short questions in JSON, again and again, until somebody says stop. Whatever a
// proxy does to long answers does nothing to these, and a server that was killed is found again.

/** The room said no; `status` is HTTP's. */
export class Refused extends Error {
  /** @param {string} sentence @param {number} status */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** Nothing of ours came back: no network, no server, or somebody else answered. */
export class Lost extends Error {}

/** What is said of an error. @param {unknown} error */
export const sentence = (error) =>
  error instanceof Refused ? error.message : "The server cannot be reached. Try again.";

const PATIENCE_MS = 8000;

/**
 * Ask the server: what it answers as JSON, with its tag; null where it is what `tag` stands for.
 * @param {string} url
 * @param {{ sent?: object, headers?: Record<string, string>, tag?: string | null }} [question]
 * @returns {Promise<{ found: any, tag: string | null } | null>}
 */
export async function ask(url, { sent, headers = {}, tag = null } = {}) {
  let response;
  let found;
  try {
    response = await fetch(url, {
      method: sent ? "POST" : "GET",
      headers: tag ? { ...headers, "if-none-match": tag } : headers,
      body: sent ? JSON.stringify(sent) : undefined,
      cache: "no-store",
      signal: AbortSignal.timeout?.(PATIENCE_MS),
    });
    if (response.status === 304) return null;
    found = await response.json();
  } catch (error) {
    throw new Lost(String(error));
  }
  if (response.ok) return { found, tag: response.headers.get("etag") };
  if (typeof found?.error !== "string" || response.status >= 502) throw new Lost(response.statusText);
  throw new Refused(found.error, response.status);
}

const AT_MOST_MS = 5000;

/** Asks for what is new until it is stopped; at once when the tab is looked at again. */
export class Watching {
  /**
   * @param {(tag: string | null) => ReturnType<typeof ask>} look
   * @param {{ shows(found: any): void, refused(error: Refused): void, lost(for_ms: number): void }} tell
   * `refused` ends it; `lost` is told at every failure how long there has been no answer, 0 once
   * there is one again.
   */
  constructor(look, tell) {
    this.look = look;
    this.tell = tell;
    this.tag = null;
    this.pause = 1000;
    this.since = 0; // when the first of the failures was
    this.stopped = false;
    this.asking = false;
    this.onVisible = () => !document.hidden && this.now();
    document.addEventListener("visibilitychange", this.onVisible);
    addEventListener("online", this.onVisible);
    this.now();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    removeEventListener("online", this.onVisible);
  }

  /** Look now; with `anew` at everything. */
  async now(anew = false) {
    clearTimeout(this.timer);
    if (anew) this.tag = null;
    if (this.stopped || this.asking) return;
    this.asking = true;
    let wait = this.pause;
    try {
      const answer = await this.look(this.tag);
      if (this.since && !this.stopped) this.tell.lost((this.since = 0));
      if (answer && !this.stopped) {
        this.tag = answer.tag;
        this.pause = wait = 1000 * (answer.found.again ?? 1);
        this.tell.shows(answer.found);
      }
    } catch (error) {
      if (this.stopped) {
        // What comes now, of a room that was left meanwhile, is news to nobody.
      } else if (error instanceof Refused && error.status !== 429 && error.status !== 503) {
        this.stop();
        this.tell.refused(error);
      } else {
        this.since ||= Date.now();
        this.tell.lost(Math.max(1, Date.now() - this.since));
        wait = Math.min(AT_MOST_MS, 2 * Math.max(500, wait));
      }
    }
    this.asking = false;
    // Not all at the same moment.
    if (!this.stopped) this.timer = setTimeout(() => this.now(), wait * (0.9 + 0.2 * Math.random()));
  }
}

/** What a browser remembers of rooms; where it may store nothing, until the page is left. */
export const memory = {
  held: new Map(),
  /** @param {string} key */
  get(key) {
    try {
      return localStorage.getItem(key) ?? this.held.get(key) ?? null;
    } catch {
      return this.held.get(key) ?? null;
    }
  },
  /** @param {string} key @param {string | null} value */
  set(key, value) {
    this.held.set(key, value);
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Private windows of some browsers.
    }
  },
};

/** 128 bits by chance, as hexadecimal digits; also where the page did not come by https. */
export function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

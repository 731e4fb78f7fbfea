// Where the server is, as the browser sees it. Proxies strip and add prefixes, so no address is
// absolute: everything is found from where Streamlit's own script came from.

/** Streamlit's script, from the root of the server. */
const SCRIPT = "static/js/";

/** The address of the root of the server, with a slash at its end. */
export function root(page = document) {
  /** @type {HTMLScriptElement | null} */
  const found = page.querySelector(`script[src*="${SCRIPT}"]`);
  const script = found?.src;
  const at = script?.lastIndexOf(SCRIPT) ?? -1;
  // Without it, the folder of the first page: right but for a link to another page.
  return at < 0 ? new URL("./", page.baseURI).href : script.slice(0, at);
}

/**
 * The whole address of what the server knows as `path`.
 * @param {string} path
 */
export const address = (path) => new URL(path, root()).href;

// What we use of Streamlit's page that it does not promise, each with what the page does without it.

/** Streamlit keeps the reader's choice of theme here, by page and version of its own. */
const THEME = "stActiveTheme-";

/** "light" or "dark" where the reader has chosen; else null, and the system's choice counts. */
export function storedTheme() {
  try {
    const key = Object.keys(localStorage).find(
      (name) => name.startsWith(THEME + location.pathname) && /-v\d+$/.test(name),
    );
    const found = key && /^"(light|dark)"$/i.exec(localStorage.getItem(key));
    return found ? found[1].toLowerCase() : null;
  } catch {
    return null; // a browser may forbid storage
  }
}

"""All modules of static/live as one, which is one request instead of forty.

The modules are written so that this is a matter of lines (eslint and tests/live hold them to it):
imports are relative and stand at the beginning of a line, exports too, and no import is circular.
Each module becomes a function that is called when it is first wanted, so that a page runs what it
needs; what it exports is read through getters, as an ES module's bindings are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import\s+(?:(.+?)\s+from\s+)?"([^"]+)";[^\n]*$', re.M | re.S)
_DEFAULT = re.compile(r"^export default ", re.M)
_NAMED = re.compile(r"^export (?:async )?(?:const|function|class) (\w+|\{[^}]*\})", re.M)
_LIST = re.compile(r"^export \{([^}]*)\};$", re.M)

_HEAD = """\
const made = new Map();
/** What the module `name` exports. */
export function $use(name) {
  if (!made.has(name)) made.set(name, modules[name](new URL(`${name}.js`, import.meta.url).href));
  return made.get(name);
}
const modules = {
"""
_TAIL = """\
};
for (const script of globalThis.document?.querySelectorAll("script[data-use]") ?? []) {
  $use(script.dataset.use);
}
"""


class NotPlain(ValueError):
    """A module that is not written as `bundle` reads it; the sentence says where and what."""


def bundle(sources: Mapping[str, str]) -> str:
    """One module from several: `sources` by name, "core/svg" for static/live/core/svg.js.

    It exports `$use(name)`, a name that none of the modules has, and runs what the page's script
    elements name in `data-use`. Raises NotPlain for an import or an export of another form.
    """
    return _HEAD + "".join(_wrapped(name, sources) for name in sorted(sources)) + _TAIL


def _wrapped(name: str, sources: Mapping[str, str]) -> str:
    text = sources[name]

    def imported(found: re.Match[str]) -> str:
        what, path = found.groups()
        target = resolved(name, path)
        if target not in sources:
            raise NotPlain(f"{name} imports {path}, which is none of the modules")
        used = f'$use("{target}")'
        if what is None:
            return f"{used};"
        if whole := re.fullmatch(r"\* as (\w+)", what):
            return f"const {whole[1]} = {used};"
        if not re.fullmatch(r"\{[^}]*\}", what):
            raise NotPlain(f"{name} imports {what}: only names in braces, or * as one name")
        pattern = re.sub(r"\s+as\s+", ": ", what)
        return f"const {pattern} = {used};"

    exports = {"default": "default_"} if _DEFAULT.search(text) else {}
    for names in (*_NAMED.findall(text), *_LIST.findall(text)):
        exports |= {one: one for one in re.findall(r"\w+", names)}
    body = _IMPORT.sub(imported, text)
    body = _LIST.sub("", body)
    body = _DEFAULT.sub("const default_ = ", body)
    body = re.sub(r"^export (?=async |const |function |class )", "", body, flags=re.M)
    body = body.replace("import.meta.url", "here")
    for word in ("import", "export"):
        if re.search(rf"^{word}\b", body, re.M):
            raise NotPlain(f"{name} has an {word} of a form that is not known here")
    getters = ", ".join(f"get {one}() {{ return {own}; }}" for one, own in exports.items())
    return f'"{name}"(here) {{\n{body}\nreturn {{ {getters} }};\n}},\n'


def imports(name: str, text: str) -> list[str]:
    """The names of the modules that the text of `name` imports."""
    return [resolved(name, path) for _, path in _IMPORT.findall(text)]


def resolved(name: str, path: str) -> str:
    """The name of the module that `name` imports as `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path)).removesuffix(".js")

import js from "@eslint/js";
import globals from "globals";

// The modules of static/live are served as they are.
const banned = [
  {
    selector: ":matches(Program, ExportNamedDeclaration) > * > AwaitExpression, " +
      ":matches(Program, ExportNamedDeclaration) > VariableDeclaration > * > AwaitExpression",
    message: "WebKit cannot import a module that waits at its top from two others.",
  },
  { selector: "ImportExpression", message: "Modules import each other statically." },
];

export default [
  { ignores: ["node_modules/", "static/vendor/", ".venv/"] },
  js.configs.recommended,
  {
    files: ["static/live/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    rules: { "no-restricted-syntax": ["error", ...banned] },
  },
  {
    files: ["tests/live/*.js"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: { ...globals.node, ...globals.browser },
    },
  },
];

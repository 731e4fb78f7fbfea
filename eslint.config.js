import js from "@eslint/js";
import globals from "globals";

// The modules of static/live are served as they are.
const banned = [
  {
    // An await that stands in no function.
    selector: "AwaitExpression:not(:function AwaitExpression), " +
      "ForOfStatement[await=true]:not(:function ForOfStatement)",
    message: "WebKit cannot import a module that waits at its top from two others.",
  },
  { selector: "ImportExpression", message: "Modules import each other statically." },
  {
    selector: "MemberExpression[property.name='origin']:matches([object.name='location'], " +
      "[object.property.name='location'])",
    message: "The origin lacks the prefix of a proxy: ask address() of core/place.js.",
  },
];

export default [
  { ignores: ["node_modules/", "static/vendor/", ".venv/"] },
  js.configs.recommended,
  {
    files: ["static/live/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    rules: {
      "no-restricted-syntax": ["error", ...banned],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
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

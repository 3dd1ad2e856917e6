// Rules for the app's modules and for the tests of them; run from the root of the repository.

import js from "@eslint/js";
import globals from "globals";

// A misspelled or forgotten variable with a name like these would be the browser's: name, stop, find, status, ...
const USED = new Set([
  ...["atob", "document", "fetch", "history", "location", "matchMedia", "navigator", "performance", "window"],
]);
const ONE_WORD = Object.keys(globals.browser).filter((name) => /^[a-z]+$/.test(name) && !USED.has(name));

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-implicit-globals": "error",
      "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_", caughtErrors: "all" }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["rnnviz/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    rules: { "no-restricted-globals": ["error", ...ONE_WORD] },
  },
  {
    files: ["tests/js/**/*.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "module",
      globals: { ...globals.node, document: "readonly", window: "readonly" },
    },
  },
];

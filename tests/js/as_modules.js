// Lets node read the app's .js files as modules: no package.json above them says that they are.

import { register } from "node:module";

register("./module_format.js", import.meta.url);

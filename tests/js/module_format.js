// What node asks on every import: see as_modules.js.

const SOURCES = new URL("../../rnnviz/", import.meta.url).href;

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url.startsWith(SOURCES) ? { ...found, format: "module" } : found;
}

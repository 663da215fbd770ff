// Generated modules import each other as `.js`, as TypeScript wants it: compilers and bundlers find the `.ts`. Node runs
// TypeScript as it is but leaves names alone, so this does it.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (!/^\.{1,2}\/.*\.js$/.test(specifier) || !context.parentURL?.endsWith(".ts"))
      return next(specifier, context);
    return next(specifier.replace(/\.js$/, ".ts"), context);
  },
});

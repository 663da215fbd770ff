/**
 * Loads TensorFlow.js with its gradients. The bundle that its packages give to Node leaves them out, and the module
 * that registers them is written for bundlers, which guess file extensions. This guesses them for Node.
 */
import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const ownFile = /\/@tensorflow\/[\w-]+\/dist\//;

export function resolveAsBundlersDo(): void {
  // On Node it calls `require` for `util`, which ES modules do not have.
  Object.assign(globalThis, { require: createRequire(import.meta.url) });
  registerHooks({
    resolve(specifier, context, next) {
      const inside = ownFile.test(context.parentURL ?? "");
      if (inside && specifier.startsWith(".")) {
        const url = new URL(specifier, context.parentURL).href;
        const found = [url, `${url}.js`, `${url}/index.js`].find(
          (one) => one.endsWith(".js") && existsSync(fileURLToPath(one)),
        );
        return found === undefined
          ? next(specifier, context)
          : { url: found, format: "module", shortCircuit: true };
      }
      const deep = specifier.startsWith("@tensorflow/") && specifier.includes("/dist/");
      const resolved = next(deep && !specifier.endsWith(".js") ? `${specifier}.js` : specifier, context);
      if (!ownFile.test(resolved.url)) return resolved;
      // All imports must be one copy; the bundles would be others.
      return {
        ...resolved,
        url: resolved.url.replace(/\/tf-[\w-]+\.node\.js$/, "/index.js"),
        format: "module",
      };
    },
  });
}

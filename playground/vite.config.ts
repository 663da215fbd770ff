/** The site: the playground, and the documents. `npm run playground` serves it, `npm run playground:build` writes it. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { assembler } from "./site/assembler.ts";
import { documents } from "./site/documents-plugin.ts";
import { firstLoad } from "./site/first-load.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // Relative, so that the site can lie in any folder of a host: GitHub Pages serves it below the name of the repository.
  base: "./",
  publicDir: false,
  // The compiler's own sources, and not what `npm run build` made of them.
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  plugins: [assembler(), documents(), firstLoad()],
  worker: { format: "es", plugins: () => [assembler()] },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    target: "es2023",
    // ts-morph is a chunk of its own, loaded for the TypeScript of a binding.
    chunkSizeWarningLimit: 12_000,
    reportCompressedSize: false,
    rolldownOptions: { input: { playground: here("index.html"), documents: here("docs/index.html") } },
  },
  cacheDir: here("../.cache/playground"),
  // What the workers import: found only when they start, it would make the served page load once more.
  optimizeDeps: {
    include: [
      "chevrotain",
      "vscode-languageserver",
      "vscode-languageserver/browser",
      "wabt",
      "gpu.js",
      "uplot",
    ],
  },
  server: { fs: { allow: [here("..")] } },
});

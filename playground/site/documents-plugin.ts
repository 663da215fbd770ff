/** Makes a page of each document, out of `docs/index.html`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { allDocuments, pageOf } from "./documents.ts";

const template = fileURLToPath(new URL("../docs/index.html", import.meta.url));

/** What `docs/index.html` itself shows. */
const first = "language";

export function documents(): Plugin {
  return {
    name: "normc-documents",
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const name = /^\/docs\/(\w[\w-]*)\.html/.exec(request.url ?? "")?.[1];
        const all = allDocuments();
        const one = all.find((each) => each.name === (name === "index" ? first : name));
        if (one === undefined) return next();
        const page = pageOf(readFileSync(template, "utf8"), one, all);
        const html = await server.transformIndexHtml("/docs/index.html", page);
        response.setHeader("content-type", "text/html; charset=utf-8").end(html);
      });
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const built = bundle["docs/index.html"];
        if (built?.type !== "asset") return this.error("the template of the documents was not built");
        const html = String(built.source);
        const all = allDocuments();
        for (const one of all) {
          const source = pageOf(html, one, all);
          if (one.name === first) built.source = source;
          this.emitFile({ type: "asset", fileName: `docs/${one.name}.html`, source });
        }
      },
    },
  };
}

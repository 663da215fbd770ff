/** The language server in a worker of a page. There are no files but those that are open, and the library. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import type { Source } from "../../language/diagnostics/diagnostic.ts";
import type { Host } from "./project/host.ts";
import { serve } from "./server.ts";

/**
 * @param port where the editor listens: the scope of the worker, or a port of a channel.
 * @param library the texts of the shipped specs, by name: `group_norm.norm`.
 */
export function serveInPage(port: MessagePort | Worker, library: ReadonlyMap<string, string>): void {
  const connection = createConnection(new BrowserMessageReader(port), new BrowserMessageWriter(port));
  serve(connection, () => pageHost(library));
}

const libraryPrefix = "normc/library/";

function pageHost(library: ReadonlyMap<string, string>): Host {
  const sources = new Map<string, Source>(
    [...library].map(([name, text]) => {
      const path = `${libraryPrefix}${name}`;
      return [path, { path, text }];
    }),
  );
  const files = [...sources.keys()].map((path) => ({ path, specifier: path }));
  // The path of a shipped spec is no URI of its own.
  const scheme = "normc-library:/";
  return {
    pathOf: (uri) => (uri.startsWith(scheme) ? uri.slice(scheme.length) : uri),
    uriOf: (path) => (sources.has(path) ? `${scheme}${path}` : path),
    resolve: (specifier, from) => {
      if (specifier.startsWith(libraryPrefix)) return specifier;
      // A text without a place (`untitled:`) has no neighbours.
      if (!sources.has(from)) return URL.parse(specifier, from)?.href;
      return `${libraryPrefix}${specifier.replace(/^\.\//, "")}`;
    },
    read: (path) => sources.get(path),
    specs: () => [],
    specifier: (path, from) =>
      path.startsWith(folderOf(from)) ? `./${path.slice(folderOf(from).length)}` : path,
    library: () => files,
  };
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf("/") + 1);
}

/** What a browser loads before the first kernels are shown, and what it loads later, compressed. */
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

export interface Sizes {
  /** Bytes, compressed: the page, its scripts and styles, and the compiler's worker. */
  readonly first: Readonly<Record<string, number>>;
  readonly later: Readonly<Record<string, number>>;
}

interface File {
  readonly name: string;
  readonly text: string | Uint8Array;
  /** Files that it imports at once. */
  readonly imports: readonly string[];
}

/** Follows static imports in the built text itself: chunks of workers are no longer in the bundle's graph. */
export function sizesOf(files: readonly File[], entries: readonly string[]): Sizes {
  const byName = new Map(files.map((one) => [one.name, one]));
  const reached = new Set<string>();
  const follow = (name: string): void => {
    const file = byName.get(name);
    if (file === undefined || reached.has(name)) return;
    reached.add(name);
    for (const one of file.imports) follow(one);
  };
  for (const one of entries) follow(one);
  const sized = (wanted: boolean): Record<string, number> =>
    Object.fromEntries(
      files
        .filter((one) => /\.(?:js|css|html)$/.test(one.name) && reached.has(one.name) === wanted)
        .map((one) => [one.name, gzipSync(one.text).byteLength]),
    );
  return { first: sized(true), later: sized(false) };
}

export function total(sizes: Readonly<Record<string, number>>): number {
  return Object.values(sizes).reduce((sum, one) => sum + one, 0);
}

/** The files that a script imports statically, or a page names, as paths in the site. */
export function importsIn(name: string, text: string): string[] {
  const folder = name.includes("/") ? name.slice(0, name.lastIndexOf("/") + 1) : "";
  const pattern = name.endsWith(".html")
    ? /(?:src|href)="(\.{1,2}\/[^"]+\.(?:js|css))"/g
    : /(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+)["']/g;
  return [...text.matchAll(pattern)].map(([, path = ""]) =>
    new URL(path, `file:///${folder}`).pathname.slice(1),
  );
}

export function firstLoad(): Plugin {
  return {
    name: "normc-first-load",
    apply: "build",
    writeBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.values(bundle).map((one): File => {
          const text = one.type === "chunk" ? one.code : one.source;
          const imports = typeof text === "string" ? importsIn(one.fileName, text) : [];
          return { name: one.fileName, text, imports };
        });
        const worker = files.find((one) => /assets\/compiler-worker-.*\.js$/.test(one.name))?.name;
        const { first, later } = sizesOf(files, ["index.html", ...(worker === undefined ? [] : [worker])]);
        const lines = Object.entries(first).map(([name, bytes]) => `  ${kilobytes(bytes)}  ${name}`);
        const largest = Object.entries(later).filter(
          ([name, bytes]) => name.endsWith(".js") && bytes > 10_000,
        );
        this.info(
          [
            `first load, compressed: ${kilobytes(total(first)).trim()}`,
            ...lines,
            "loaded when it is wanted:",
            ...largest.map(([name, bytes]) => `  ${kilobytes(bytes)}  ${name}`),
          ].join("\n"),
        );
      },
    },
  };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}

/** A project of texts in memory, and places in it: the cursor is `|`. */
import { posix } from "node:path";
import type { Position, Range, TextEdit } from "vscode-languageserver";
import type { Source } from "../../src/language/diagnostics/diagnostic.ts";
import type { Host } from "../../src/tools/lsp/project/host.ts";
import { createProject, type KnownFile, type Project } from "../../src/tools/lsp/project/project.ts";
import { offsetAt } from "../../src/tools/lsp/text/ranges.ts";
import { libraryFiles, librarySource } from "../support/library.ts";

const library = libraryFiles().map((name): Source => {
  const path = `normc/library/${name}`;
  return { path, text: librarySource(name).text };
});

/** A host with the library and the given texts, of which none is open. */
export function memoryHost(texts: Readonly<Record<string, string>> = {}): Host {
  const own = Object.entries(texts).map(([path, text]): Source => ({ path, text }));
  const sources = new Map([...own, ...library].map((one) => [one.path, one]));
  return {
    pathOf: (uri) => uri.replace("memory:", ""),
    uriOf: (path) => `memory:${path}`,
    resolve: (specifier, from) =>
      specifier.startsWith("normc/") ? specifier : posix.join(posix.dirname(from), specifier),
    read: (path) => sources.get(path),
    specs: () => own.map((one) => one.path),
    specifier: (path, from) => `./${posix.relative(posix.dirname(from), path)}`,
    library: () => library.map(({ path }) => ({ path, specifier: path })),
  };
}

export interface At {
  readonly project: Project;
  readonly file: KnownFile;
  readonly offset: number;
}

/** An open file with the cursor in it, beside others that are closed. */
export function at(marked: string, others: Readonly<Record<string, string>> = {}, path = "test.norm"): At {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const project = createProject(memoryHost({ [path]: text, ...others }));
  project.open(path, text);
  return { project, file: project.file(path)!, offset };
}

export function applied(source: Source, edits: readonly TextEdit[]): string {
  const places = edits
    .map(({ range, newText }) => ({ ...offsetsOf(source, range), newText }))
    .sort((a, b) => b.start - a.start);
  return places.reduce(
    (text, { start, end, newText }) => text.slice(0, start) + newText + text.slice(end),
    source.text,
  );
}

export function offsetsOf(source: Source, range: Range): { start: number; end: number } {
  return { start: offsetAt(source, range.start), end: offsetAt(source, range.end) };
}

export function textAt(source: Source, range: Range): string {
  const { start, end } = offsetsOf(source, range);
  return source.text.slice(start, end);
}

export function lineOf({ line }: Position): number {
  return line + 1;
}

export const groups = `fn twice(v) = 2 * v

/// Groups of channels.
norm Groups {
  axes   N, C = G * K, ...S
  /// How many.
  param  G = 32, eps = 1e-5
  input  x[N, C, ...S]
  affine gamma[C] = 1

  mu = mean(x over K, ...S)
  y  = (x - mu) * rsqrt(var(x over K, ...S) + eps) * twice(gamma) / size(K)

  /// The result.
  output y
}
`;

export const batch = `norm Batch {
  axes   N, C
  input  x[N, C]
  state  s[C] = 0

  on train { mu = mean(x over N); s <- mu }
  on infer { mu = s + x }
  y = x - mu

  output y[N, C]
}
`;

export const caller = `import { Groups as Two, twice } from "./g.norm"

norm A {
  axes   N, C
  param  h = 1
  input  x[N, C]

  y = Two(twice(x); gamma = h, eps = 2)

  output y
}
`;

/** Runs a config: TypeScript on every Node that normc supports, fresh each time, since a watch runs it again. */
import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createJiti, type Jiti } from "jiti";
import {
  type Diagnostic,
  diagnostic,
  type Source,
  type Span,
} from "../../language/diagnostics/diagnostic.ts";
import { lineBounds } from "../../language/diagnostics/lines.ts";
import { defineConfig } from "../../norm-config.ts";
import { shownPath } from "./find-config.ts";

export interface Evaluated {
  readonly value: unknown;
  /** The files that the config imported, by absolute path, as far as the loader knows. */
  readonly imported: readonly string[];
  /** N620. The value is then undefined. */
  readonly failure?: Diagnostic;
}

/**
 * @param path absolute.
 * @param source its text, with the name to be shown.
 * @param cache a folder for what TypeScript was turned into.
 */
export async function evaluate(path: string, source: Source, cache: string): Promise<Evaluated> {
  if (extname(path) === ".json") return evaluateJson(source);
  const jiti = createJiti(pathToFileURL(path).href, {
    fsCache: cache,
    // The package itself would load the compiler, which takes 0.25 s.
    virtualModules: { normc: { defineConfig } },
  });
  const before = new Set(Object.keys(jiti.cache));
  const run = { filename: path, ext: extname(path), async: true, forceTranspile: true } as const;
  try {
    const module: unknown = await jiti.evalModule(source.text, run);
    return { value: exported(module), imported: forget(jiti, before, path) };
  } catch (error) {
    const imported = forget(jiti, before, path);
    const { span, file } = placeOf(error, path, source);
    const failure = diagnostic("N620", `the config cannot be loaded: ${messageOf(error)}`, span);
    return { value: undefined, imported: [...new Set([...imported, ...file])], failure };
  }
}

function exported(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : module;
}

/** Takes out of the loader what this config loaded, so that the next run sees changes of it. */
function forget(jiti: Jiti, before: ReadonlySet<string>, path: string): readonly string[] {
  const loaded = Object.keys(jiti.cache).filter((one) => !before.has(one) && !one.includes("node_modules"));
  for (const one of loaded) delete jiti.cache[one];
  return loaded.filter((one) => one !== path);
}

function evaluateJson(source: Source): Evaluated {
  try {
    return { value: JSON.parse(source.text), imported: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, at] = /at position (\d+)/.exec(message) ?? [];
    const reason = message.replace(/ at position.*$/s, "");
    const span = at === undefined ? nowhere(source) : { source, start: Number(at), end: Number(at) + 1 };
    return {
      value: undefined,
      imported: [],
      failure: diagnostic("N620", `the config cannot be loaded: ${reason}`, span),
    };
  }
}

interface Place {
  readonly span: Span;
  /** The file that failed, if it is another one than the config. */
  readonly file: readonly string[];
}

const frame = /^\s*(?:at (?:.*\()?)?((?:file:\/\/)?\/[^\n()]*?|[A-Za-z]:[^\n()]*?):(\d+):(\d+)\)?$/gm;

/** A syntax error ends its message with the place. Of another error, it is the first place in its stack that is a user's. */
function placeOf(error: unknown, path: string, source: Source): Place {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : "";
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(text)?.[1];
  const at = missing === undefined ? -1 : source.text.indexOf(missing);
  if (missing !== undefined && at >= 0) {
    return { span: { source, start: at, end: at + missing.length }, file: [] };
  }
  for (const [, named = "", line, column] of text.matchAll(frame)) {
    const file = named.startsWith("file://") ? fileURLToPath(named) : named;
    if (file.includes("node_modules") || (file !== path && !existsSync(file))) continue;
    const other = (): Source => ({ path: shownPath(file), text: readFileSync(file, "utf8") });
    // Of what is thrown, the column is one of the JavaScript that the line was turned into.
    const exact = text.startsWith("ParseError") ? Number(column) : undefined;
    const span = spanAt(file === path ? source : other(), Number(line), exact);
    return { span, file: file === path ? [] : [file] };
  }
  return { span: nowhere(source), file: [] };
}

/** @param column from 0. Undefined: the line as a whole. */
function spanAt(source: Source, line: number, column?: number): Span {
  const { start, end } = lineBounds(source, line);
  const indent = source.text.slice(start, end).search(/\S|$/);
  const at = Math.min(start + (column ?? indent), Math.max(start, end - 1));
  return { source, start: at, end: column === undefined ? Math.max(end, at + 1) : at + 1 };
}

/** The file as a whole. */
function nowhere({ path }: Source): Span {
  return { source: { path, text: "" }, start: 0, end: 0 };
}

/** The first line, without the place at its end. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ""] = message.split("\n");
  return first.replace(/^ParseError: /, "").trim() || "it throws an error without a message";
}

/** Files and their imports: which norms and functions a file can name, and where each was declared. */
import { diagnostic, type Report, type Source, type Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/suggest.ts";
import type { File, FunctionDecl, Import, NormDecl } from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";
import { prelude } from "./prelude.ts";

export interface Module {
  readonly file: File;
  readonly norms: ReadonlyMap<string, Declared<NormDecl>>;
  readonly functions: ReadonlyMap<string, Declared<FunctionDecl>>;
  /** The modules it imports, each once. */
  readonly imports: readonly Module[];
}

export interface Declared<T> {
  readonly decl: T;
  /** Where it was declared: its own body is read with the names of that module. */
  readonly module: Module;
}

/** Reads an imported file: `path` as the import says it, relative to `from`. Undefined if it cannot be read. */
export type ReadImport = (path: string, from: Source) => Source | undefined;

/** Parses a file and everything it imports. Reports mistakes; the module holds what could be understood. */
export function loadModule(entry: Source, readImport: ReadImport, report: Report): Module {
  const loaded = new Map<string, Module>();
  const loading = new Set<string>();

  function load(source: Source): Module {
    const file = parse(source, report);
    loading.add(source.path);
    const norms = new Map<string, Declared<NormDecl>>();
    const functions = new Map<string, Declared<FunctionDecl>>(preludeFunctions());
    const spans = new Map<string, Span>();
    const imports: Module[] = [];
    const module: Module = { file, norms, functions, imports };

    function define(name: string, span: Span, enter: () => void): void {
      const first = spans.get(name);
      if (first !== undefined) {
        const labels = [{ span: first, text: "first defined here" }];
        report(diagnostic("N202", `\`${name}\` is defined twice`, span, { labels }));
        return;
      }
      spans.set(name, span);
      enter();
    }

    for (const item of file.items) {
      switch (item.kind) {
        case "import": {
          const target = importTarget(item);
          if (target === undefined) break;
          imports.push(target);
          for (const { name, alias } of item.names) {
            const local = alias ?? name;
            define(local.text, local.span, () => {
              const norm = target.norms.get(name.text);
              const fn = target.functions.get(name.text);
              if (norm !== undefined) norms.set(local.text, norm);
              else if (fn !== undefined) functions.set(local.text, fn);
              else reportUnknownImport(name.text, name.span, item, target);
            });
          }
          break;
        }
        case "function":
          define(item.name.text, item.name.span, () => functions.set(item.name.text, { decl: item, module }));
          break;
        case "norm":
          define(item.name.text, item.name.span, () => norms.set(item.name.text, { decl: item, module }));
          break;
      }
    }
    loading.delete(source.path);
    loaded.set(source.path, module);
    return module;

    function importTarget(item: Import): Module | undefined {
      const target = readImport(item.from.path, source);
      if (target === undefined) {
        report(
          diagnostic("N205", `cannot read \`${item.from.path}\``, item.from.span, {
            note: "the path is relative to the file that imports it",
          }),
        );
        return undefined;
      }
      if (loading.has(target.path)) {
        const how =
          target.path === source.path
            ? "imports itself"
            : `is imported by \`${target.path}\`, which it imports`;
        report(diagnostic("N204", `this file ${how}`, item.from.span));
        return undefined;
      }
      return loaded.get(target.path) ?? load(target);
    }
  }

  function reportUnknownImport(name: string, span: Span, item: Import, target: Module): void {
    const own = target.file.items.filter((one) => one.kind !== "import").map((one) => one.name.text);
    report(
      diagnostic(
        "N203",
        `\`${item.from.path}\` has no norm or function \`${name}\``,
        span,
        suggestion(name, own, span),
      ),
    );
  }

  return load(entry);
}

/** A "did you mean" for a misspelt name, as a note and a fix. */
export function suggestion(
  word: string,
  candidates: readonly string[],
  span: Span,
): { note?: string; fix?: { title: string; span: Span; replacement: string } } {
  const best = nearest(word, candidates);
  if (best !== undefined) return { fix: { title: `did you mean \`${best}\`?`, span, replacement: best } };
  if (candidates.length === 0 || candidates.length > 12) return {};
  return { note: `there is ${candidates.map((one) => `\`${one}\``).join(", ")}` };
}

let preludeModule: Module | undefined;

function preludeFunctions(): ReadonlyMap<string, Declared<FunctionDecl>> {
  if (preludeModule === undefined) {
    const broken: Report = (one) => {
      throw new Error(`the prelude is broken: ${one.message}`);
    };
    const file = parse({ path: "<prelude>", text: prelude }, broken);
    const functions = new Map<string, Declared<FunctionDecl>>();
    preludeModule = { file, norms: new Map(), functions, imports: [] };
    for (const item of file.items) {
      if (item.kind === "function") functions.set(item.name.text, { decl: item, module: preludeModule });
    }
  }
  return preludeModule.functions;
}

/** Files and their imports: the norms and functions that a file can name, and where each was declared. */
import { diagnostic, hasErrors, type Report, type Source, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { File, FunctionDecl, Import, Name, NormDecl } from "../../syntax/ast.ts";
import { parse } from "../../syntax/parse.ts";
import { parseOnce } from "./parse-once.ts";
import { prelude } from "./prelude.ts";

export interface Module {
  readonly file: File;
  readonly norms: ReadonlyMap<string, Declared<NormDecl>>;
  readonly functions: ReadonlyMap<string, Declared<FunctionDecl>>;
  /** The imported modules, each once. */
  readonly imports: readonly Module[];
  /** Names that an import or a text with a syntax error failed to provide. Their uses cause no further messages. */
  readonly missing: ReadonlySet<string>;
  /** False if the text has syntax errors. Its items and names may then be incomplete (`file.gaps`). */
  readonly sound: boolean;
  /** Whether this is the prelude, the functions that ship with the language. */
  readonly builtIn: boolean;
}

export interface Declared<T> {
  readonly decl: T;
  /** The module that declares it. Its body is read with the names of that module. */
  readonly module: Module;
}

/** An import of a file that the project may not read. */
export interface OutsideProject {
  /** The folder that files of the project may import from, for people. */
  readonly project: string;
}

/** Reads an imported file. `path` is written in the import, relative to `from`. Undefined if it cannot be read. */
export type ReadImport = (path: string, from: Source) => Source | OutsideProject | undefined;

/** Parses a file and all its imports. Reports mistakes; the module holds what could be parsed. */
export function loadModule(entry: Source, readImport: ReadImport, report: Report): Module {
  const loaded = new Map<string, Module>();
  const loading = new Set<string>();

  function load(source: Source): Module {
    const { file, found } = parseOnce(source);
    for (const one of found) report(one);
    const sound = !hasErrors(found);
    loading.add(source.path);
    const norms = new Map<string, Declared<NormDecl>>();
    const functions = new Map<string, Declared<FunctionDecl>>(preludeFunctions());
    const spans = new Map<string, Span>();
    const imports: Module[] = [];
    const missing = new Set(file.gaps.names);
    const module: Module = { file, norms, functions, imports, missing, sound, builtIn: false };

    function define(name: string, span: Span, enter: () => void): void {
      const first = spans.get(name);
      if (first !== undefined) {
        const labels = [{ span: first, text: "first defined here" }];
        const note = "a norm, a function and an import cannot have the same name";
        report(diagnostic("N202", `\`${name}\` is defined twice`, span, { labels, note }));
        return;
      }
      spans.set(name, span);
      enter();
    }

    for (const item of file.items) {
      switch (item.kind) {
        case "import": {
          const target = item.from && importTarget(item.from);
          if (target !== undefined) imports.push(target);
          for (const { name, alias } of item.names) {
            const local = alias ?? name;
            define(local.text, local.span, () => {
              const norm = target?.norms.get(name.text);
              const fn = target?.functions.get(name.text);
              if (norm !== undefined && norm.module === target) norms.set(local.text, norm);
              else if (fn !== undefined && fn.module === target) functions.set(local.text, fn);
              else {
                missing.add(local.text);
                if (target?.sound) reportUnknownImport(name, item, target);
              }
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

    function importTarget(from: NonNullable<Import["from"]>): Module | undefined {
      const target = readImport(from.path, source);
      if (target === undefined) {
        report(
          diagnostic("N205", `cannot read \`${from.path}\``, from.span, {
            note: from.path.startsWith("normc/")
              ? "the norms that ship with normc are `normc/library/NAME.norm`"
              : "the path is relative to the file that imports it",
          }),
        );
        return undefined;
      }
      if ("project" in target) {
        report(
          diagnostic("N210", `\`${from.path}\` is outside the project`, from.span, {
            note: `files of this project import from the folder \`${target.project}\` and from the library`,
          }),
        );
        return undefined;
      }
      if (loading.has(target.path)) {
        const message =
          target.path === source.path
            ? "this file imports itself"
            : `\`${from.path}\` imports this file, directly or through others`;
        const note = "move what both need into a third file";
        report(diagnostic("N204", message, from.span, target.path === source.path ? {} : { note }));
        return undefined;
      }
      return loaded.get(target.path) ?? load(target);
    }
  }

  function reportUnknownImport({ text, span }: Name, item: Import, target: Module): void {
    const own = target.file.items.flatMap((one) => (one.kind === "import" ? [] : one.name.text));
    const message = `\`${item.from?.path}\` has no norm or function \`${text}\``;
    report(diagnostic("N203", message, span, suggestion(text, own, span)));
  }

  return load(entry);
}

let preludeModule: Module | undefined;

function preludeFunctions(): ReadonlyMap<string, Declared<FunctionDecl>> {
  if (preludeModule === undefined) {
    const broken: Report = (one) => {
      throw new Error(`the prelude is broken: ${one.message}`);
    };
    const file = parse({ path: "<prelude>", text: prelude }, broken);
    const functions = new Map<string, Declared<FunctionDecl>>();
    const none = { norms: new Map(), imports: [], missing: new Set<string>() };
    preludeModule = { file, functions, ...none, sound: true, builtIn: true };
    for (const item of file.items) {
      if (item.kind === "function") functions.set(item.name.text, { decl: item, module: preludeModule });
    }
  }
  return preludeModule.functions;
}

/** Every source that a module imports, directly or through other modules, each once. */
export function importedSources(module: Module, seen = new Set<Module>()): Source[] {
  return module.imports.flatMap((one) => {
    if (seen.has(one)) return [];
    seen.add(one);
    return [one.file.source, ...importedSources(one, seen)];
  });
}

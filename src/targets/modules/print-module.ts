/** Prints modules: in TypeScript, or in JavaScript with a declaration file. */
import { fill } from "../../../templates/fill.ts";
import type { Declaration, Getter, Method } from "../bindings/declarations.ts";
import { escapeComment } from "../bindings/doc-comments.ts";
import type { Import } from "../bindings/target-words.ts";
import type { ModuleContent, ModuleKind, ModuleValue } from "./module-content.ts";
import { printShared } from "./shared-literals.ts";
import { finishModule, type UnfinishedModule } from "./unfinished-module.ts";

/** The module in TypeScript. */
export function printTypescript(module: ModuleContent): Promise<string> {
  return finishModule(startTypescript(module));
}

/** The declaration file (`.d.ts`) of the module in JavaScript. A module that is loaded on demand needs none. */
export function printDeclarations(module: ModuleContent): Promise<string> {
  return finishModule(startDeclarations(module));
}

/** The module in TypeScript without its declarations. */
export function startTypescript(module: ModuleContent): UnfinishedModule {
  return unfinished(module, false, {
    ...headOf(module, module.imports),
    note: notes[module.kind],
    ...printedValues(module, true),
  });
}

/** The declaration file without its declarations. */
export function startDeclarations(module: ModuleContent): UnfinishedModule {
  const types = module.imports.filter(({ use }) => use === "types");
  return unfinished(module, true, {
    ...headOf(module, types),
    note: notes[module.kind],
    constants: [],
    values: [],
  });
}

/** Stands for the declarations. No source, import or literal of a module has this character. */
const gap = "\0";

function unfinished({ declarations }: ModuleContent, declared: boolean, values: object): UnfinishedModule {
  const text = fill("module", { ...values, declarations: declarations.length === 0 ? "" : gap });
  const at = declarations.length === 0 ? text.length : text.indexOf(gap);
  return { before: text.slice(0, at), declarations, declared, after: text.slice(at + 1) };
}

/** The module in JavaScript, without comments: those of its norms are in the declaration file. */
export function printJavascript(module: ModuleContent): string {
  const called = module.imports.filter(({ use }) => use === "calls");
  return fill("module", {
    ...headOf(module, called),
    note: notes[module.kind],
    declarations: module.declarations.flatMap(javascriptObject).join("\n\n"),
    ...printedValues(module, false),
  });
}

/** Only objects exist when the module runs. */
function javascriptObject(declaration: Declaration): string[] {
  if (declaration.kind !== "object") return [];
  const members = [
    ...declaration.methods.map(javascriptMethod),
    ...declaration.getters.map(javascriptGetter),
  ].map((one) => `  ${one},\n`);
  return [`export const ${declaration.name} = {\n${members.join("")}};`];
}

function javascriptGetter({ name, value }: Getter): string {
  return `get ${name}() {\n    return ${value};\n  }`;
}

function javascriptMethod({ name, parameters, calls, given }: Method): string {
  const names = parameters.map((one) => one.name).join(", ");
  return `${name}(${names}) {\n    return ${calls}(${given.join(", ")});\n  }`;
}

const notes: Readonly<Record<ModuleKind, string>> = {
  forward: "Do not edit: change the spec and run `normc build`.",
  backward:
    "Do not edit. The backward passes. The module of the norms loads this one when a backward pass is created.",
  variants: "Do not edit. Shaders that only some devices and shapes need. They are loaded on demand.",
  "backward.variants":
    "Do not edit. Shaders of the backward passes that only some devices and shapes need. They are loaded on demand.",
  inline:
    "Do not edit. Functions of an element for other kernels. The module of the norms loads this one for `createInline`.",
};

function headOf({ banner, runtime }: ModuleContent, imports: readonly Import[]) {
  return {
    source: escapeComment(banner.source),
    hash: escapeComment(banner.hash),
    compiler: escapeComment(banner.compiler),
    runtime: JSON.stringify(runtime),
    imports: importClause(imports),
  };
}

/** `{ createFromOptions, type Norm }`, or `type { Program }` if all of them are types. Empty if there are none. */
function importClause(imports: readonly Import[]): string {
  if (imports.length === 0) return "";
  const isType = ({ use }: Import): boolean => use !== "calls";
  const allTypes = imports.every(isType);
  const names = imports.map((one) => (isType(one) && !allTypes ? `type ${one.name}` : one.name));
  return `${allTypes ? "type " : ""}{ ${names.join(", ")} }`;
}

/**
 * The shortest run of lines, in characters, that several shaders share. Sharing makes modules that are loaded on
 * demand, which are large, a third of their size. The module that every page loads has few shaders and compresses
 * better with long texts.
 */
const shortestPiece: Readonly<Record<ModuleKind, number>> = {
  forward: 1000,
  backward: 60,
  variants: 60,
  "backward.variants": 60,
  inline: 60,
};

function printedValues({ kind, values }: ModuleContent, typed: boolean) {
  const { constants, literals } = printShared(
    values.map(({ value }) => value),
    shortestPiece[kind],
  );
  const asConst = (one: (typeof constants)[number]): string =>
    typed && one.kind === "data" ? `${one.literal} as const` : one.literal;
  return {
    constants: constants.map((one) => ({ name: one.name, literal: asConst(one) })),
    values: values.map(({ exported, name, type }: ModuleValue, i) => ({
      exported,
      name,
      type: typed ? type : "",
      literal: literals[i]!,
    })),
  };
}

/** Checks the value of a config: which fields there are, and what each can be. */
import { buildTargets } from "../../compile/build/file-names.ts";
import { parseLayout } from "../../compile/build/layouts.ts";
import type { Code } from "../../language/diagnostics/codes.ts";
import { type Diagnostic, diagnostic, type Source } from "../../language/diagnostics/diagnostic.ts";
import { quoted, suggestion } from "../../language/diagnostics/suggestion.ts";
import type { NormConfig } from "../../norm-config.ts";
import { placeOf } from "./place.ts";

/** Reports what is wrong with a value. `path` says where it stands in the config. */
type Check = (value: unknown, path: readonly string[], tell: Tell) => void;

type Tell = (
  code: "N621" | "N622",
  path: readonly string[],
  message: string,
  more?: { readonly value?: string; readonly candidates?: readonly string[]; readonly note?: string },
) => void;

const fields = {
  root: text,
  specs: list(text, "strings"),
  targets: list(choice(buildTargets), "targets", 1),
  layouts: list(layout, "layouts"),
  dtypes: list(choice(["f32", "f16"]), "element types", 1),
  gradients: record({ backward: truth, save: choice(["none", "stats", "output"]) }),
  inline: truth,
  tuning: text,
  out: text,
  types: truthOrText,
  language: choice(["ts", "js"]),
} satisfies Record<keyof NormConfig, Check>;

const wholeConfig = record(fields);

/** @returns the config, or what is wrong with it: N621 or N622. */
export function checkConfig(
  value: unknown,
  source: Source,
): { readonly config: NormConfig } | { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  wholeConfig(value, [], (code: Code, path, message, { value: own, candidates, note } = {}) => {
    const span = placeOf(source, path, own);
    const word = own ?? path.at(-1) ?? "";
    const meant = candidates === undefined ? {} : suggestion(word, candidates, span);
    diagnostics.push(diagnostic(code, message, span, note === undefined ? meant : { note }));
  });
  if (diagnostics.length > 0) return { diagnostics };
  const config = value as NormConfig;
  if (config.gradients?.backward !== false || (config.gradients.save ?? "none") === "none") return { config };
  const message = "`gradients.save` saves values for backward passes, and `gradients.backward` is false";
  return { diagnostics: [diagnostic("N622", message, placeOf(source, ["gradients", "save"]))] };
}

function record(own: Readonly<Record<string, Check>>): Check {
  return (value, path, tell) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const wanted = `an object with ${quoted(Object.keys(own))}`;
      tell("N622", path, `${named(path)}: expected ${wanted}, given ${shown(value)}`);
      return;
    }
    for (const [key, one] of Object.entries(value)) {
      const check = Object.hasOwn(own, key) ? own[key] : undefined;
      const inside = [...path, key];
      // A field that is undefined is one left out.
      if (check !== undefined) {
        if (one !== undefined) check(one, inside, tell);
        continue;
      }
      const owner = path.length === 0 ? "the config" : named(path);
      tell("N621", inside, `${owner} has no field \`${key}\``, { candidates: Object.keys(own) });
    }
  };
}

function list(element: Check, what: string, least = 0): Check {
  return (value, path, tell) => {
    if (!Array.isArray(value)) {
      const note = typeof value === "string" ? { note: `write [${JSON.stringify(value)}]` } : {};
      tell("N622", path, `${named(path)}: expected an array of ${what}, given ${shown(value)}`, note);
      return;
    }
    if (value.length < least)
      tell("N622", path, `${named(path)}: expected at least one, given an empty array`);
    for (const one of value) element(one, path, tell);
  };
}

function text(value: unknown, path: readonly string[], tell: Tell): void {
  if (typeof value === "string" && value !== "") return;
  tell("N622", path, `${named(path)}: expected a text, given ${shown(value)}`);
}

function truth(value: unknown, path: readonly string[], tell: Tell): void {
  if (typeof value === "boolean") return;
  tell("N622", path, `${named(path)}: expected true or false, given ${shown(value)}`);
}

function truthOrText(value: unknown, path: readonly string[], tell: Tell): void {
  if (typeof value === "boolean" || (typeof value === "string" && value !== "")) return;
  tell("N622", path, `${named(path)}: expected true, false or a folder, given ${shown(value)}`);
}

function choice(candidates: readonly string[]): Check {
  return (value, path, tell) => {
    if (typeof value === "string" && candidates.includes(value)) return;
    const more = typeof value === "string" ? { value, candidates } : {};
    const wanted = candidates.map((one) => `"${one}"`).join(" or ");
    tell("N622", path, `${named(path)}: expected ${wanted}, given ${shown(value)}`, more);
  };
}

function layout(value: unknown, path: readonly string[], tell: Tell): void {
  if (typeof value === "string" && parseLayout(value) !== undefined) return;
  const more = typeof value === "string" ? { value } : {};
  const wanted = "AXIS,AXIS,… or TENSOR=AXIS,AXIS,…";
  tell("N622", path, `${named(path)}: expected ${wanted}, given ${shown(value)}`, more);
}

function named(path: readonly string[]): string {
  return path.length === 0 ? "the config" : `\`${path.join(".")}\``;
}

function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "an array" : "an object";
    case "function":
      return "a function";
    case "undefined":
      return "nothing";
    default:
      return String(value);
  }
}

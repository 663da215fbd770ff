/** Finds the norm that a SPEC on the command line means, and checks it. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { CheckedNorm } from "../../../language/check/check.ts";
import { hasErrors, type Source } from "../../../language/diagnostics/diagnostic.ts";
import type { Mode } from "../../../program/program.ts";
import { standardInput } from "../files/host.ts";
import { isNamedAfter, looksLikePath, shippedFiles, shippedSpec } from "../files/library.ts";
import { loadFiles } from "../files/load.ts";
import { libraryFolder } from "../files/package.ts";
import { InputError } from "../terminal/failure.ts";
import { mistake, offer, unknownSpec } from "./unknown-spec.ts";

export interface Spec {
  readonly source: Source;
  readonly norm: CheckedNorm;
}

interface Place {
  readonly path: string;
  /** Undefined: the norm that the file is named after, or its only one. */
  readonly norm: string | undefined;
}

/** Throws an InputError if there is no such norm or its file has a mistake. */
export function resolveSpec(spec: string): Spec {
  const { path, norm } = placeOf(spec);
  const { files, diagnostics } = loadFiles([path]);
  const file = files[0];
  if (file === undefined || hasErrors(diagnostics)) throw new InputError(diagnostics);
  const { norms } = file.checked;
  const wanted = norm ?? onlyNorm(spec, path, norms);
  const found = norms.find((one) => one.name === wanted);
  if (found !== undefined) return { source: file.source, norm: found };
  const names = norms.map((one) => one.name);
  throw mistake("N201", `\`${path}\` has no norm \`${wanted}\``, spec, offer(wanted, names));
}

function placeOf(spec: string): Place {
  const hash = spec.lastIndexOf("#");
  if (hash >= 0 && !existsSync(spec)) {
    const file = spec.slice(0, hash);
    const path = shippedFiles().find((one) => one.name === file)?.path;
    return { path: looksLikePath(file) ? file : (path ?? file), norm: spec.slice(hash + 1) };
  }
  if (looksLikePath(spec) || spec === standardInput) return { path: spec, norm: undefined };
  const shipped = shippedSpec(spec);
  if (shipped !== undefined) return shipped;
  if (existsSync(spec)) return { path: spec, norm: undefined };
  throw unknownSpec(spec);
}

function onlyNorm(spec: string, path: string, norms: readonly CheckedNorm[]): string {
  const [first] = norms;
  const file = basename(path).replace(/\.norm$/, "");
  if (first !== undefined && (norms.length === 1 || isNamedAfter(file, first.name))) return first.name;
  if (first === undefined) throw mistake("N004", `\`${path}\` declares no norm`, spec);
  const prefix = path.startsWith(libraryFolder) ? "" : `${path}#`;
  const list = norms.map((one) => `\`${prefix}${one.name}\``).join(", ");
  throw mistake("N201", `\`${path}\` declares several norms: say which`, spec, `one of ${list}`);
}

/**
 * The graph of a mode; the default is "infer" if the norm has modes. Undefined if there is no such mode. A norm without
 * modes takes any mode, so that a caller of many norms can give the same one to all.
 */
export function graphOf(norm: CheckedNorm, mode = "infer"): Graph | undefined {
  const either = mode === "train" || mode === "infer";
  return norm.graphs.find((one) => one.mode === mode || (one.mode === null && either));
}

export function missingMode(norm: CheckedNorm, mode: string): string {
  const modes = norm.graphs.map((one) => one.mode).filter((one): one is Mode => one !== null);
  const has = modes.length === 0 ? "it has no modes" : `it has ${modes.join(" and ")}`;
  return `${norm.name} has no mode \`${mode}\`: ${has}`;
}

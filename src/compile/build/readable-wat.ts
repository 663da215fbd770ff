/** The WebAssembly text of modules for processors, for people to read. */
import type { WasmProgram } from "../../program/wasm-program.ts";
import type { WasmNorm } from "./compile-norm.ts";
import { programLabel } from "./file-names.ts";

/**
 * Returns the texts of a norm by path, one for each program. Of the backward programs it includes only those that compute
 * all gradients.
 */
export function readableWat({
  programs,
  backward = [],
  saving = [],
  gradients,
  texts,
}: WasmNorm): [string, string][] {
  const text = (program: WasmProgram, label: string): [string, string] => [
    `wat/${label}.wat`,
    texts.get(program)!,
  ];
  const all = backward.filter((one) => gradients.get(one) === "all");
  return [
    ...programs.map((one) => text(one, programLabel(one))),
    ...saving.map((one) => text(one, programLabel(one, { saving: true }))),
    ...all.map((one) => text(one, programLabel(one, { gradients: "all" }))),
  ];
}

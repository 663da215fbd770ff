/** The WebAssembly text of modules for processors, for people to read. */
import type { WasmNorm } from "./compile-norm.ts";
import { programLabel } from "./file-names.ts";

/**
 * Returns the texts of a norm by path, one or two for each program. Of the backward programs it includes only those that
 * compute all gradients.
 */
export function readableWat({
  programs,
  backward = [],
  saving = [],
  gradients,
  divided,
}: WasmNorm): [string, string][] {
  const all = backward.filter((one) => gradients.get(one) === "all");
  const labels = [
    ...programs.map((one) => [one, programLabel(one)] as const),
    ...saving.map((one) => [one, programLabel(one, { saving: true })] as const),
    ...all.map((one) => [one, programLabel(one, { gradients: "all" })] as const),
  ];
  return labels.flatMap(([program, label]): [string, string][] => {
    const { whole, parts } = divided.get(program)!.texts;
    const texts: [string, string][] = [[`wat/${label}.wat`, whole]];
    return parts === undefined ? texts : [...texts, [`wat/${label}.parts.wat`, parts]];
  });
}

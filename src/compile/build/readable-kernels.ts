/** The GLSL of kernels for gpu.js and the WebAssembly text of those for processors, for people to read. */
import type { GatherDraw, GatherProgram } from "../../program/gather-program.ts";
import type { BoundNorm } from "../../targets/bindings/members.ts";
import type { WasmNorm } from "./compile-norm.ts";
import { programLabel, short } from "./file-names.ts";

/**
 * Returns the GLSL files of a norm by path. Of the backward passes it includes only draws that every shape takes: all
 * draws would be twice as many.
 */
export function readableGlsl({ programs, backward = [] }: BoundNorm<GatherProgram>): [string, string][] {
  return [
    ...programs.flatMap((one) => texts(one, programLabel(one), true)),
    ...backward.flatMap((one) => texts(one, programLabel(one, { gradients: "all" }), false)),
  ];
}

function texts({ draws }: GatherProgram, label: string, withParts: boolean): [string, string][] {
  const text = (name: string, draw: GatherDraw): [string, string] => [
    `glsl/${label}.${name}.glsl`,
    readable(draw),
  ];
  return draws.flatMap(({ whole, split }) => [
    text(short(whole.name), whole),
    ...(split === null || !withParts
      ? []
      : [text(short(split.part.name), split.part), text(`${short(split.merge.name)}.merge`, split.merge)]),
  ]);
}

/** A comment describes what the runtime writes in front of the shader, which depends on the shapes and on gpu.js. */
function readable({ constants, reads, slots, factors, glsl }: GatherDraw): string {
  const before = [
    ...constants.map((one) => (one.kind === "extent" ? `const int ${one.name}` : `const float ${one.name}`)),
    ...reads.flatMap((one) => Object.values(one.accessors).map((name) => `float ${name}(int index)`)),
  ];
  const what = `${slots === 1 ? "A number" : `${slots} numbers`} for each coordinate of [${factors.join(", ")}].`;
  return `// ${what} The runtime declares before it:\n${before.map((one) => `//   ${one}\n`).join("")}\n${glsl}`;
}

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

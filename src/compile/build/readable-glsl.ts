/** The GLSL of kernels for gpu.js as a person can read it. */
import type { GatherDraw, GatherProgram } from "../../program/gather-program.ts";
import type { BoundNorm } from "../../targets/bindings/members.ts";
import { programLabel, short } from "./file-names.ts";

/** The texts of a norm by their paths; of backward passes those that every shape takes: all would be twice as many. */
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

/** What the runtime writes before the text is said in a comment: it depends on the shapes and on gpu.js. */
function readable({ constants, reads, slots, factors, glsl }: GatherDraw): string {
  const before = [
    ...constants.map((one) => (one.kind === "extent" ? `const int ${one.name}` : `const float ${one.name}`)),
    ...reads.flatMap((one) => Object.values(one.accessors).map((name) => `float ${name}(int index)`)),
  ];
  const what = `${slots === 1 ? "A number" : `${slots} numbers`} for each coordinate of [${factors.join(", ")}].`;
  return `// ${what} Before it stand:\n${before.map((one) => `//   ${one}\n`).join("")}\n${glsl}`;
}

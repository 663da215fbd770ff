/** What `normc build --target glsl` makes of the norms of one file, by the path that each text gets. */

import { compileGather } from "../../../compile/compile-gather.ts";
import { differentiate } from "../../../graph/autodiff/differentiate.ts";
import { differentiable, nameClash } from "../../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { GatherDraw, GatherProgram } from "../../../program/gather-program.ts";
import {
  emitGatherBackward,
  emitGatherBindings,
  type GatherNorms,
} from "../../../targets/bindings/gather-bindings.ts";
import type { BuiltFile } from "./built-file.ts";

export async function buildGatherFile(file: BuiltFile, runtime: string): Promise<void> {
  const { short, claim, put } = file;
  if (file.norms.length === 0) return;
  const norms = file.norms.map(({ norm, graphs }): GatherNorms => {
    const clash = graphs.map(nameClash).find((one) => one !== undefined);
    const backward =
      clash === undefined ? graphs.filter((one) => differentiable(one).length > 0).map(backwardOf) : [];
    return {
      name: norm.name,
      doc: norm.doc,
      docs: norm.docs,
      programs: graphs.map((graph) => compileGather(graph).program),
      ...(backward.length === 0 ? { clash } : { backward }),
    };
  });
  const path = claim(`${file.stem}.gpujs.ts`);
  const backward = new Map(
    norms
      .filter((one) => one.backward !== undefined)
      .map((one) => [one, claim(`backward/${short(one.name)}.gpujs.ts`)] as const),
  );
  const input = (prefix: string) => ({
    norms,
    banner: file.banner,
    runtime,
    backward: (norm: GatherNorms) => backward.get(norm)?.replace(/^(.*)\.ts$/, `${prefix}$1.js`),
  });
  put(path, await emitGatherBindings(input("./")));
  for (const [norm, own] of backward) put(own, emitGatherBackward(norm, input("../")));
  for (const norm of norms) {
    for (const program of norm.programs) putReadable(file, program, "");
    for (const program of norm.backward ?? []) putReadable(file, program, "backward");
  }
}

function backwardOf(graph: Graph): GatherProgram {
  return compileGather(differentiate(graph)).program;
}

/** Of a backward pass the draws that every shape takes: all of them would be twice as many files. */
function putReadable(
  { head, short, claim, put }: BuiltFile,
  { norm, mode, steps }: GatherProgram,
  kind: "" | "backward",
): void {
  const base = [short(norm), ...(mode === null ? [] : [mode]), ...(kind === "" ? [] : [kind])].join(".");
  const write = (name: string, draw: GatherDraw): void =>
    put(claim(`glsl/${base}.${name}.glsl`), `${head}${readable(draw)}`);
  for (const { whole, split } of steps) {
    write(short(whole.name), whole);
    if (split === null || kind === "backward") continue;
    write(short(split.part.name), split.part);
    write(`${short(split.merge.name)}.merge`, split.merge);
  }
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

/** Copies small operands into one buffer if a kernel has more of them than a stage has bindings. */
import type { Shader } from "../../program/program.ts";
import { foldWorkgroups } from "../variants/dispatch.ts";
import type { Launch, LaunchLimits } from "./launch.ts";
import { layOut, type Memory, type Pack, withPacks } from "./layout.ts";
import { moduleCode } from "./module.ts";
import { wordArray } from "./word-arrays.ts";

const copyLanes = 64;

/** The pass is open while a norm is encoded, so each copy is a dispatch, with as many sources as it can bind. */
export function packing(norm: string, pack: Pack, memory: Memory, device: LaunchLimits): Launch[] {
  const known = {
    elements: withPacks(memory.elements, [pack], () => pack.length),
    dtypes: withPacks(memory.dtypes, [pack], () => "f32" as const),
  };
  const each = device.limits.maxStorageBuffersPerShaderStage - 1;
  const launches: Launch[] = [];
  for (let first = 0; first < pack.operands.length; first += each) {
    const operands = pack.operands.slice(first, first + each);
    const shader = copyShader(pack.tensor, operands);
    const layout = layOut(pack.tensor, shader, known, device);
    const longest = Math.max(...operands.map(({ length }) => length));
    launches.push({
      label: `${norm}.${pack.tensor}`,
      code: moduleCode(shader, layout, { subgroups: false, residency: "reload", held: 0, wordArray }),
      constants: {},
      slots: layout.slots,
      dispatch: null,
      workgroups: foldWorkgroups(Math.ceil(longest / copyLanes), device.limits),
    });
  }
  return launches;
}

/** Invocation i copies element i of every source. The accessors know where each source lies. */
function copyShader(target: string, operands: Pack["operands"]): Shader {
  const copies = operands.map(
    ({ at, length }, i) => `  if (i < ${length}u) { put(${at}u + i, source_${i}_at(i)); }\n`,
  );
  return {
    vector: null,
    together: 1,
    held: 0,
    exchanges: false,
    wgsl: `@compute @workgroup_size(${copyLanes}) fn main(@builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let i = (group.x + group.y * groups.x) * ${copyLanes}u + lane.x;
${copies.join("")}}
`,
    bindings: [
      ...operands.map(({ tensor }, i) => ({
        tensor,
        access: "read" as const,
        name: `source_${i}`,
        accessors: { at: `source_${i}_at` },
      })),
      { tensor: target, access: "read_write", name: "copied", accessors: { put: "put" } },
    ],
    constants: [],
  };
}

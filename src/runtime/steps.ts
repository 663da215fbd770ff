/** What `encode` records: each kernel as the device gets it, and before it the copies that pack its small operands. */
import type { KernelForm, Program, ProgramConstant, ProgramTensor } from "../program/program.ts";
import { type Dispatch, foldWorkgroups } from "./dispatch.ts";
import { type BindingLimits, layOut, type Memory, type Pack, type Slot } from "./layout.ts";
import { moduleCode } from "./module.ts";
import type { Shapes } from "./shapes.ts";
import type { Storages } from "./storage.ts";

export interface Step {
  readonly label: string;
  readonly code: string;
  readonly constants: Readonly<Record<string, number>>;
  /** Group 0, binding number = position. */
  readonly slots: readonly Slot[];
  readonly workgroups: readonly [x: number, y: number];
}

export interface Steps {
  readonly steps: readonly Step[];
  /** The program, shapes and storages, with a scratch tensor more for each pack. */
  readonly program: Program;
  readonly shapes: Shapes;
  readonly storages: Storages;
}

/** Throws N508 where a kernel's tensors cannot be bound. */
export function planSteps(
  program: Program,
  dispatches: readonly Dispatch[],
  shapes: Shapes,
  storages: Storages,
  device: BindingLimits & { readonly limits: { readonly maxComputeWorkgroupsPerDimension: number } },
): Steps {
  const packs: Pack[] = [];
  const memory = { elements: shapes.elements, storages };
  const steps = dispatches.flatMap((dispatch): Step[] => {
    const { kernel, form, variant, workgroups } = dispatch;
    const layout = layOut(kernel.name, form, memory, device);
    if (layout.pack !== null) packs.push(layout.pack);
    return [
      ...(layout.pack === null ? [] : packing(program, layout.pack, memory, device)),
      {
        label: `${program.norm}.${kernel.name}`,
        code: moduleCode(form, layout, {
          subgroups: variant.subgroup > 1,
          residency: variant.residency,
          held: Math.ceil(dispatch.rowLength / variant.lanes),
        }),
        constants: Object.fromEntries(
          form.constants.map((constant) => [constant.name, constantValue(constant, dispatch, shapes)]),
        ),
        slots: layout.slots,
        workgroups,
      },
    ];
  });
  return {
    steps,
    program: { ...program, tensors: [...program.tensors, ...packs.map(scratchOf)] },
    shapes: { ...shapes, elements: withPacks(shapes.elements, packs, (pack) => pack.length) },
    storages: withPacks(storages, packs, () => "f32" as const),
  };
}

function scratchOf({ tensor }: Pack): ProgramTensor {
  return { name: tensor, role: "scratch", dims: [] };
}

function withPacks<T>(
  known: ReadonlyMap<string, T>,
  packs: readonly Pack[],
  of: (pack: Pack) => T,
): Map<string, T> {
  return new Map([...known, ...packs.map((pack) => [pack.tensor, of(pack)] as const)]);
}

const copyLanes = 64;

/** A pass is open when a norm is encoded, so the copies are dispatches: as many sources each as can be bound. */
function packing(
  program: Program,
  pack: Pack,
  memory: Memory,
  device: Parameters<typeof planSteps>[4],
): Step[] {
  const known = {
    elements: withPacks(memory.elements, [pack], () => pack.length),
    storages: withPacks(memory.storages, [pack], () => "f32" as const),
  };
  const each = device.limits.maxStorageBuffersPerShaderStage - 1;
  const steps: Step[] = [];
  for (let first = 0; first < pack.parts.length; first += each) {
    const parts = pack.parts.slice(first, first + each);
    const form = copyForm(pack.tensor, parts);
    const layout = layOut(pack.tensor, form, known, device);
    const longest = Math.max(...parts.map(({ length }) => length));
    steps.push({
      label: `${program.norm}.${pack.tensor}`,
      code: moduleCode(form, layout, { subgroups: false, residency: "reload", held: 0 }),
      constants: {},
      slots: layout.slots,
      workgroups: foldWorkgroups(Math.ceil(longest / copyLanes), device.limits),
    });
  }
  return steps;
}

/** Invocation i copies element i of every source. Each lies anywhere in any form: the accessors know. */
function copyForm(target: string, parts: Pack["parts"]): KernelForm {
  const copies = parts.map(
    ({ at, length }, i) => `  if (i < ${length}u) { put(${at}u + i, source_${i}_at(i)); }\n`,
  );
  return {
    vector: null,
    together: 1,
    held: 0,
    wgsl: `@compute @workgroup_size(${copyLanes}) fn main(@builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let i = (group.x + group.y * groups.x) * ${copyLanes}u + lane.x;
${copies.join("")}}
`,
    bindings: [
      ...parts.map(({ tensor }, i) => ({
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

function constantValue(constant: ProgramConstant, { variant }: Dispatch, shapes: Shapes): number {
  switch (constant.kind) {
    case "extent":
      return shapes.factors.get(constant.factor)!;
    case "param":
      return shapes.params.get(constant.param)!;
    case "lanes":
      return variant.lanes;
    case "rows":
      return variant.rows;
    case "subgroup":
      return variant.subgroup;
    case "columns":
      return variant.columns ? 1 : 0;
    case "parts":
      return variant.parts;
  }
}

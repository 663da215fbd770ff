/** Plans the launches that `encode` records: each kernel, and before it the copies that pack its small operands. */
import type { Program, ProgramConstant, ProgramTensor } from "../../program/program.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { Dispatch } from "../variants/dispatch.ts";
import type { Launch, LaunchLimits } from "./launch.ts";
import { layOut, type Pack, withPacks } from "./layout.ts";
import { moduleCode } from "./module.ts";

export interface Launches {
  readonly launches: readonly Launch[];
  /** The program, shapes and dtypes, with one more scratch tensor for each pack. */
  readonly program: Program;
  readonly shapes: Shapes;
  readonly dtypes: Dtypes;
}

/** Throws N508 if a kernel's tensors cannot be bound. */
export async function planLaunches(
  program: Program,
  dispatches: readonly Dispatch[],
  shapes: Shapes,
  dtypes: Dtypes,
  device: LaunchLimits,
): Promise<Launches> {
  const packs: Pack[] = [];
  const memory = { elements: shapes.elements, dtypes };
  const launches: Launch[] = [];
  // Most norms are of floats and most devices have f16, so most pages never load this code.
  const floats: readonly string[] = device.features.has("shader-f16") ? ["f32", "f16"] : ["f32"];
  const inFloats = [...dtypes.values()].every((one) => floats.includes(one));
  const { wordArray } = inFloats ? {} : await import("./word-arrays.ts");
  const readsEmpty = program.tensors.some(
    ({ name, role }) => role === "input" && shapes.elements.get(name) === 0,
  );
  const settle = readsEmpty
    ? (await import("./settled-shader.ts")).settling(program.tensors, shapes.elements)
    : undefined;
  for (const dispatch of dispatches) {
    const { kernel, variant, workgroups } = dispatch;
    const shader = settle?.(dispatch.shader) ?? dispatch.shader;
    const layout = layOut(kernel.name, shader, memory, device);
    if (layout.pack !== null) {
      packs.push(layout.pack);
      // Few norms on few devices need this code.
      const { packing } = await import("./packing.ts");
      launches.push(...packing(program.norm, layout.pack, memory, device));
    }
    launches.push({
      label: `${program.norm}.${kernel.name}`,
      code: moduleCode(shader, layout, {
        subgroups: variant.subgroup > 1,
        residency: variant.residency,
        held: Math.ceil(dispatch.rowLength / variant.lanes),
        wordArray,
      }),
      constants: Object.fromEntries(
        shader.constants.map((constant) => [constant.name, constantValue(constant, dispatch, shapes)]),
      ),
      slots: layout.slots,
      workgroups,
    });
  }
  return {
    launches,
    program: { ...program, tensors: [...program.tensors, ...packs.map(scratchOf)] },
    shapes: { ...shapes, elements: withPacks(shapes.elements, packs, (pack) => pack.length) },
    dtypes: withPacks(dtypes, packs, () => "f32" as const),
  };
}

function scratchOf({ tensor }: Pack): ProgramTensor {
  return { name: tensor, role: "scratch", dims: [] };
}

function constantValue(constant: ProgramConstant, { variant }: Dispatch, shapes: Shapes): number {
  switch (constant.kind) {
    case "extent":
      return shapes.factors.get(constant.factor)!;
    case "param":
      return shapes.params.get(constant.param)!;
    default:
      return Number(variant[constant.kind]);
  }
}

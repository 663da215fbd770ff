/** Plans the launches that `encode` records: each kernel, and before it the copies that pack its small operands. */
import type { Program, ProgramConstant, ProgramTensor } from "../../program/program.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { Dispatch } from "../variants/dispatch.ts";
import { wantsSizes } from "../variants/traits.ts";
import type { LaidOut, Launch, LaunchLimits } from "./launch.ts";
import type { LaunchCode } from "./launch-code.ts";
import { layOut, type Memory, type Pack, withPacks } from "./layout.ts";
import { moduleCode } from "./module.ts";

export interface Launches {
  readonly launches: readonly Launch[];
  /** The program, shapes and dtypes, with one more scratch tensor for each pack. */
  readonly program: Program;
  readonly shapes: Shapes;
  readonly dtypes: Dtypes;
}

/** Throws N508 if a kernel's tensors cannot be bound. */
export function layOutAll(
  dispatches: readonly Dispatch[],
  memory: Memory,
  device: LaunchLimits,
): readonly LaidOut[] {
  return dispatches.map((dispatch) => ({
    dispatch,
    layout: layOut(dispatch.kernel.name, dispatch.shader, memory, device),
  }));
}

export function planLaunches(
  program: Program,
  laidOut: readonly LaidOut[],
  shapes: Shapes,
  dtypes: Dtypes,
  device: LaunchLimits,
  { wordArray, settling, packing, open }: LaunchCode,
): Launches {
  const packs: Pack[] = [];
  const memory = { elements: shapes.elements, dtypes };
  const launches: Launch[] = [];
  // A tensor of open extents has another size in each run.
  const sized = open === undefined && wantsSizes(device);
  const settle = settling?.(program.tensors, shapes.elements);
  for (const [i, { dispatch, layout }] of laidOut.entries()) {
    const { kernel, variant, workgroups } = dispatch;
    const shader = settle?.(dispatch.shader) ?? dispatch.shader;
    if (layout.pack !== null) {
      packs.push(layout.pack);
      launches.push(...packing!(program.norm, layout.pack, memory, device));
    }
    const launch: Launch = {
      label: `${program.norm}.${kernel.name}`,
      code: moduleCode(shader, layout, {
        subgroups: variant.subgroup > 1,
        residency: variant.residency,
        held: Math.ceil(dispatch.rowLength / variant.lanes),
        wordArray,
        sized,
      }),
      constants: Object.fromEntries(
        shader.constants.map((constant) => [constant.name, constantValue(constant, dispatch, shapes)]),
      ),
      slots: layout.slots,
      dispatch: i,
      workgroups,
    };
    launches.push(open?.(launch, shader) ?? launch);
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

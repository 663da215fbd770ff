/** Code that launches of few norms need, each part loaded only if this norm needs it. */
import type { Program, Shader } from "../../program/program.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { WordArray } from "./accessors.ts";
import type { LaidOut, Launch } from "./launch.ts";
import type { BindingLimits } from "./layout.ts";
import type { packing } from "./packing.ts";
import type { settling } from "./settled-shader.ts";

export interface LaunchCode {
  /** If a tensor is of integers, or f16 on a device without `shader-f16`. Most norms are of floats. */
  readonly wordArray?: WordArray | undefined;
  /** If an input is empty. */
  readonly settling?: typeof settling | undefined;
  /** If a kernel has more operands than bindings. */
  readonly packing?: typeof packing | undefined;
  /** If extents are left open: makes data of their constants. */
  readonly open?: ((launch: Launch, shader: Shader) => Launch) | undefined;
}

export async function loadLaunchCode(
  program: Program,
  laidOut: readonly LaidOut[],
  shapes: Shapes,
  dtypes: Dtypes,
  device: BindingLimits,
): Promise<LaunchCode> {
  const floats: readonly string[] = device.features.has("shader-f16") ? ["f32", "f16"] : ["f32"];
  const inFloats = [...dtypes.values()].every((one) => floats.includes(one));
  const readsEmpty = program.tensors.some(
    ({ name, role }) => role === "input" && shapes.elements.get(name) === 0,
  );
  return {
    ...(inFloats ? {} : await import("./word-arrays.ts")),
    ...(readsEmpty ? await import("./settled-shader.ts") : {}),
    ...(laidOut.some(({ layout }) => layout.pack !== null) ? await import("./packing.ts") : {}),
  };
}

/**
 * The forward pass of a norm that also saves what its backward pass reads. Loaded on demand, like the backward pass.
 */
import type { Program } from "../../program/program.ts";
import type {
  BuffersByName,
  FeedsByName,
  Norm,
  OpenOptions,
  ResultsByName,
  Saving,
} from "../options/norm-types.ts";
import { type OptionKeys, readOptions, usualKeys } from "../options/read-options.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { bufferBytes } from "../shapes/element-types.ts";
import { mostDims } from "../shapes/open-axes.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { creatorFor } from "./creator.ts";

/**
 * @param programs the forward programs. The options use their dims, params and names.
 * @param load loads the programs that also save. A mode that saves nothing has none.
 * @throws NormError (as a rejection) the errors of `createFromOptions`.
 */
export async function createSaving(
  device: GPUDevice,
  programs: readonly Program[],
  load: () => Promise<{ readonly saving: readonly Program[] }>,
  options: object,
  keys: OptionKeys = usualKeys,
): Promise<Saving<BuffersByName, FeedsByName, ResultsByName>> {
  const { program, own, finish } = planSaving(programs, (await load()).saving, options, keys);
  return finish(await (await creatorFor(program, own))(device, program, own));
}

/** What to create, and what makes of it the norm that the caller gets. */
export interface SavingPlan {
  readonly program: Program;
  readonly own: OpenOptions;
  finish(norm: Norm): Saving<BuffersByName, FeedsByName, ResultsByName>;
}

export function planSaving(
  programs: readonly Program[],
  saving: readonly Program[],
  options: object,
  keys: OptionKeys = usualKeys,
): SavingPlan {
  saving.forEach(refuseOtherFormat);
  const { program: forward, ...own } = readOptions(programs, options, keys);
  const program = saving.find((one) => one.mode === forward.mode) ?? forward;
  const saved = program.tensors.find((one) => one.role === "saved");
  const { elements } = resolveShapes(program, mostDims(own.dims), own.params);
  const savedBytes = saved === undefined ? 0 : bufferBytes(elements.get(saved.name)!, "f32");
  // The norm itself, no copy: tuning in the background updates its properties when it finds a better variant.
  return { program, own, finish: (norm) => Object.assign(norm, { savedBytes }) };
}

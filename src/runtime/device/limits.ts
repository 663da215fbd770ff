import type { Program } from "../../program/program.ts";
import { bufferBytes, type Dtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { Dispatch } from "../variants/dispatch.ts";

/** Indices and counts in the kernels are u32. */
const maxCount = 2 ** 32 - 1;

/** The part of a `GPUDevice` that the checks read. */
export interface Capabilities {
  readonly limits: Pick<
    GPUSupportedLimits,
    | "maxBufferSize"
    | "maxComputeInvocationsPerWorkgroup"
    | "maxComputeWorkgroupSizeX"
    | "maxComputeWorkgroupsPerDimension"
  >;
}

/** Throws N508 if an extent, a tensor or a number of elements is larger than the device or an index allows. */
export function checkSizes(program: Program, shapes: Shapes, dtypes: Dtypes, device: Capabilities): void {
  for (const [name, extent] of shapes.factors) {
    if (extent > maxCount) {
      throw new NormError("N508", `axis ${name}: an extent of ${extent} is above ${maxCount}`);
    }
  }
  for (const { name } of program.tensors) {
    const count = shapes.elements.get(name)!;
    if (count > maxCount) {
      throw new NormError("N508", `tensor ${name}: ${count} elements are above ${maxCount}`);
    }
    const bytes = bufferBytes(count, dtypes.get(name)!);
    const allowed = device.limits.maxBufferSize;
    if (bytes <= allowed) continue;
    throw new NormError(
      "N508",
      `tensor ${name} needs ${bytes} bytes, this device allows ${allowed} (maxBufferSize)`,
    );
  }
}

/** Throws N508 if a kernel has more rows or invocations than the device allows. */
export function checkDispatch(dispatch: Dispatch, { limits }: Capabilities): void {
  const { kernel, rowCount, rowLength, variant, workgroups } = dispatch;
  const size = variant.lanes * variant.rows;
  // Kernels count rows up to the end of the last workgroup, and the loops over a row go up to 256 steps of every lane
  // beyond its end. A u32 that wraps around there would start again from 0.
  const counted = Math.max(rowCount, workgroups[0] * workgroups[1] * variant.rows);
  const steps = rowLength + 256 * variant.lanes;
  const checks: [what: string, needed: number, allowed: number, limit: string][] = [
    ["rows", counted, maxCount, "u32"],
    ["elements a row", steps, maxCount, "u32"],
    [
      "invocations a workgroup",
      size,
      Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
      "maxComputeInvocationsPerWorkgroup",
    ],
    [
      "workgroups in y",
      workgroups[1],
      limits.maxComputeWorkgroupsPerDimension,
      "maxComputeWorkgroupsPerDimension",
    ],
  ];
  for (const [what, needed, allowed, limit] of checks) {
    if (needed <= allowed) continue;
    throw new NormError(
      "N508",
      `kernel ${kernel.name} needs ${needed} ${what}, allowed are ${allowed} (${limit})`,
    );
  }
}

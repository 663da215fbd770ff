import type { Program } from "../program/program.ts";
import type { Dispatch } from "./dispatch.ts";
import { NormError } from "./errors.ts";
import type { Shapes } from "./shapes.ts";
import { bufferBytes, type Storages } from "./storage.ts";

/** Indices and counts in the kernels are u32. */
const maxCount = 2 ** 32 - 1;

/** What of a `GPUDevice` the checks read. */
export interface Capabilities {
  readonly features: Pick<GPUSupportedFeatures, "has">;
  readonly limits: Pick<
    GPUSupportedLimits,
    | "maxBufferSize"
    | "maxComputeInvocationsPerWorkgroup"
    | "maxComputeWorkgroupSizeX"
    | "maxComputeWorkgroupsPerDimension"
    | "maxStorageBufferBindingSize"
    | "maxStorageBuffersPerShaderStage"
  >;
}

/** Throws N509 where a tensor is stored in f16 and the device cannot. */
export function checkFeatures(storages: Storages, device: Capabilities): void {
  for (const [name, storage] of storages) {
    if (storage === "f16" && !device.features.has("shader-f16")) {
      throw new NormError(
        "N509",
        `tensor ${name} is stored in f16, which needs the feature "shader-f16": this device was made without it`,
      );
    }
  }
}

/** Throws N508 where an extent, a tensor or a number of elements is larger than the device or an index allows. */
export function checkSizes(program: Program, shapes: Shapes, storages: Storages, device: Capabilities): void {
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
    const bytes = bufferBytes(count, storages.get(name)!);
    for (const limit of ["maxStorageBufferBindingSize", "maxBufferSize"] as const) {
      if (bytes <= device.limits[limit]) continue;
      throw new NormError(
        "N508",
        `tensor ${name} needs ${bytes} bytes, this device allows ${device.limits[limit]} (${limit})`,
      );
    }
  }
}

/** Throws N508 where a kernel has more rows, invocations or bindings than the device allows. */
export function checkDispatch(dispatch: Dispatch, { limits }: Capabilities): void {
  const { kernel, form, rowCount, rowLength, variant, workgroups } = dispatch;
  const size = variant.lanes * variant.rows;
  const checks: [what: string, needed: number, allowed: number, limit: string][] = [
    ["rows", rowCount, maxCount, "u32"],
    ["elements a row", rowLength, maxCount, "u32"],
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
    [
      "storage buffers",
      form.bindings.length,
      limits.maxStorageBuffersPerShaderStage,
      "maxStorageBuffersPerShaderStage",
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

import { createBindGroupCache } from "../device/bind-group-cache.ts";
import { type Buffers, isWritten } from "../device/buffers.ts";
import { errorOrLoss, refuseLost } from "../device/device-errors.ts";
import { normTensors } from "../device/norm-tensors.ts";
import type { Pipeline } from "../device/pipeline.ts";
import type { Norm } from "../options/norm-types.ts";
import type { Launches } from "../shader/plan-launches.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { givenNames, refuseUnknown } from "../shapes/unknown-names.ts";
import type { PlannedNorm } from "./plan-norm.ts";

export interface Assembly {
  readonly planned: PlannedNorm;
  readonly bound: Launches;
  /** One for each launch. */
  readonly pipelines: readonly Pipeline[];
  readonly owned: Buffers;
  /** Outputs and the inputs whose place they take. */
  readonly inPlace?: Readonly<Record<string, string>> | undefined;
}

/** A norm of pipelines and memory that are made. */
export function assemble(device: GPUDevice, { planned, bound, pipelines, owned, inPlace }: Assembly): Norm {
  const { program, shapes, dtypes, dispatches } = planned;
  const { launches } = bound;
  const bindGroups = createBindGroupCache(device, program, launches, pipelines);
  const names = program.tensors.filter((t) => t.role !== "scratch").map((t) => t.name);
  let usable = true;

  const encode: Norm["encode"] = (target, buffers, extents): void => {
    if (!usable) throw new NormError("N534", `this ${program.norm} is destroyed`);
    refuseLost(device);
    refuseUnknown("an open axis", givenNames(extents), []);
    const found = bindGroups.find(buffers, () => {
      refuseUnknown("a tensor", givenNames(buffers), names);
      return owned.resolve(buffers, bound.shapes);
    });
    const pass = passOf(target, program.norm);
    for (const [i, { workgroups }] of launches.entries()) {
      pass.setPipeline(pipelines[i]!.pipeline);
      pass.setBindGroup(0, found[i]!);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
    }
    if (pass !== target) pass.end();
  };

  return {
    program,
    dims: shapes.dims,
    dtypes,
    tensors: normTensors(device, program, shapes, dtypes),
    dispatches,
    encode,
    async run(feeds, extents) {
      refuseUnknown("an open axis", givenNames(extents), []);
      refuseUnknown(
        "an input of the run",
        givenNames(feeds),
        program.tensors.filter((t) => t.role === "state" || !isWritten(t)).map((t) => t.name),
      );
      // A page that encodes into its own passes does not load this.
      const { runOnce } = await import("./run.ts");
      return runOnce(device, planned, feeds, encode, inPlace).catch(async (error) => {
        throw await errorOrLoss(device, error);
      });
    },
    destroy() {
      usable = false;
      owned.destroy();
      bindGroups.clear();
    },
    [Symbol.dispose]() {
      // Not `owned.destroy()`: a norm that is tuned has a `destroy` of its own.
      this.destroy();
    },
  };
}

/** The pass that a caller has begun, or one of our own on an encoder, which the caller of this function ends. */
function passOf(target: GPUComputePassEncoder | GPUCommandEncoder, label: string): GPUComputePassEncoder {
  if ("beginComputePass" in Object(target)) return (target as GPUCommandEncoder).beginComputePass({ label });
  if ("dispatchWorkgroups" in Object(target)) return target as GPUComputePassEncoder;
  throw new NormError(
    "N531",
    `expected a GPUComputePassEncoder or a GPUCommandEncoder, given ${shownValue(target)}`,
  );
}

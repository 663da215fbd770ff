import type { Program } from "../../program/program.ts";
import { createBindGroupCache } from "../device/bind-group-cache.ts";
import { isWritten, ownBuffers } from "../device/buffers.ts";
import {
  errorOrLoss,
  refuseLost,
  refuseNoDevice,
  watchDevice,
  withErrorScopes,
} from "../device/device-errors.ts";
import { checkDispatch, checkSizes } from "../device/limits.ts";
import { normTensors } from "../device/norm-tensors.ts";
import { openPipeline } from "../device/pipeline.ts";
import type { BuffersByName, Norm, NormOptions } from "../options/norm-types.ts";
import { planLaunches } from "../shader/plan-launches.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { resolveDtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { givenNames, refuseUnknown } from "../shapes/unknown-names.ts";
import { chooseVariant } from "../variants/default-variant.ts";
import { chooseVariants, dispatchesOf, loadedFor, withPartials } from "../variants/dispatch.ts";

/**
 * Prepares a program for the given dims. It checks the dims, the params and the device's limits before it uses the
 * device.
 * @throws NormError (as a rejection) N308, N501 to N508, N510, N513, N514, N518, N530.
 */
export async function createNorm(device: GPUDevice, program: Program, options: NormOptions): Promise<Norm> {
  refuseOtherFormat(program);
  refuseNoDevice(device);
  const open = resolveShapes(program, options.dims, options.params);
  const dtypes = resolveDtypes(program, options.dtype);
  const choose = options.choose ?? chooseVariant;
  const { shapes: chosen, variants } = chooseVariants(program, open, device, choose);
  const { kernels } = await loadedFor(program, variants);
  const planned = kernels.flatMap((kernel, i) => dispatchesOf(kernel, chosen, device, variants[i]!));
  const shapes = withPartials(chosen, planned);
  checkSizes(program, shapes, dtypes, device);
  for (const dispatch of planned) checkDispatch(dispatch, device);
  const dispatches = planned.filter((dispatch) => dispatch.rowCount > 0);
  const bound = await planLaunches(program, dispatches, shapes, dtypes, device);
  const { launches } = bound;

  watchDevice(device);
  refuseLost(device);
  try {
    const pipelines = await Promise.all(launches.map((launch) => openPipeline(device, launch)));
    const owned = ownBuffers(device, bound.program, bound.shapes, bound.dtypes);
    await withErrorScopes(device, "making the scratch buffers", owned.makeScratch).catch((error) => {
      owned.destroy();
      throw error;
    });
    const bindGroups = createBindGroupCache(device, program, launches, pipelines);
    const names = program.tensors.filter((t) => t.role !== "scratch").map((t) => t.name);
    let usable = true;

    const encode = (target: GPUComputePassEncoder | GPUCommandEncoder, buffers: BuffersByName): void => {
      if (!usable) throw new Error(`this ${program.norm} is destroyed`);
      refuseLost(device);
      const found = bindGroups.find(buffers, () => {
        refuseUnknown("a tensor", givenNames(buffers), names);
        return owned.resolve(buffers);
      });
      const pass = passOf(target, program.norm);
      for (const [i, { workgroups }] of launches.entries()) {
        pass.setPipeline(pipelines[i]!.pipeline);
        pass.setBindGroup(0, found[i]!);
        pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
      }
      if (pass !== target) pass.end();
    };

    const norm: Norm = {
      program,
      dims: shapes.dims,
      dtypes,
      tensors: normTensors(device, program, shapes, dtypes),
      dispatches,
      encode,
      async run(feeds) {
        refuseUnknown(
          "an input of the run",
          givenNames(feeds),
          program.tensors.filter((t) => t.role === "state" || !isWritten(t)).map((t) => t.name),
        );
        // A page that encodes into its own passes does not load this.
        const { runOnce } = await import("./run.ts");
        return runOnce(device, program, shapes, dtypes, feeds, encode).catch(async (error) => {
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
    return norm;
  } catch (error) {
    throw await errorOrLoss(device, error);
  }
}

/** The pass that a caller has begun, or one of our own on an encoder, which the caller of this function ends. */
function passOf(target: GPUComputePassEncoder | GPUCommandEncoder, label: string): GPUComputePassEncoder {
  if ("beginComputePass" in Object(target)) return (target as GPUCommandEncoder).beginComputePass({ label });
  if ("dispatchWorkgroups" in Object(target)) return target as GPUComputePassEncoder;
  throw new NormError("N531", `expected a GPUComputePassEncoder or a GPUCommandEncoder, given ${target}`);
}

import type { Program } from "../../program/program.ts";
import { ownBuffers } from "../device/buffers.ts";
import {
  errorOrLoss,
  refuseLost,
  refuseNoDevice,
  watchDevice,
  withErrorScopes,
} from "../device/device-errors.ts";
import { openPipeline } from "../device/pipeline.ts";
import { assemble } from "../norm/assemble.ts";
import { chooseFor, planNorm } from "../norm/plan-norm.ts";
import type { Norm, OpenOptions } from "../options/norm-types.ts";
import { loadLaunchCode } from "../shader/launch-code.ts";
import { planLaunches } from "../shader/plan-launches.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { isFixed } from "../shapes/dynamic.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { loadedFor } from "../variants/dispatch.ts";

/**
 * Prepares a program for the given dims. It checks the dims, the params and the device's limits before it uses the
 * device.
 * @throws NormError (as a rejection) N308, N501 to N508, N510, N513, N514, N518, N522 (an output that cannot take the
 * place of an input), N524 (an extent that cannot be left open), N530.
 */
export async function createNorm(device: GPUDevice, program: Program, options: OpenOptions): Promise<Norm> {
  refuseOtherFormat(program);
  refuseNoDevice(device);
  const { sharedBuffers, inPlace } = options;
  const shared =
    sharedBuffers || inPlace
      ? (await import("../norm/shared-memory.ts")).sharedMemory(program, options)
      : undefined;
  if (!isFixed(options))
    return (await import("../norm/open-norm.ts")).createOpenNorm(device, program, options, shared);
  const chosen = chooseFor(device, program, resolveShapes(program, options.dims, options.params), options);
  const planned = planNorm(
    device,
    await loadedFor(program, chosen.variants),
    chosen,
    options.dtype,
    shared?.rewrite,
  );
  const { laidOut, shapes, dtypes } = planned;
  const code = await loadLaunchCode(program, laidOut, shapes, dtypes, device);
  const bound = planLaunches(program, laidOut, shapes, dtypes, device, code);

  watchDevice(device);
  refuseLost(device);
  try {
    const pipelines = await Promise.all(bound.launches.map((launch) => openPipeline(device, launch)));
    const owned = ownBuffers(device, bound.program, bound.shapes, bound.dtypes, shared?.mayOverlap);
    await withErrorScopes(device, "making the scratch buffers", owned.makeScratch).catch((error) => {
      owned.destroy();
      throw error;
    });
    return assemble(device, { planned, bound, pipelines, owned, inPlace });
  } catch (error) {
    throw await errorOrLoss(device, error);
  }
}

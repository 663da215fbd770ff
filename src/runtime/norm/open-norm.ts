/**
 * A norm whose extents are given by each call. Its pipelines are compiled once: what depends on the open extents is in
 * a uniform buffer, one for each set of extents that is in use, so that commands that are encoded but not yet submitted
 * keep theirs. Loaded on demand.
 */
import type { Program } from "../../program/program.ts";
import { type Buffers, ownBuffers } from "../device/buffers.ts";
import { errorOrLoss, refuseLost, watchDevice, withErrorScopes } from "../device/device-errors.ts";
import { normTensors } from "../device/norm-tensors.ts";
import { openPipeline, type Pipeline } from "../device/pipeline.ts";
import type { Norm, OpenOptions } from "../options/norm-types.ts";
import { loadLaunchCode } from "../shader/launch-code.ts";
import type { Slot } from "../shader/layout.ts";
import { extentsBytes, extentsTensor } from "../shader/open-extents.ts";
import type { ExtentsByName } from "../shapes/dynamic.ts";
import { bufferBytes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes, type Shapes } from "../shapes/shapes.ts";
import { givenNames, own } from "../shapes/unknown-names.ts";
import { chooseVariants, dispatchesOf, loadedFor, vectorFactor, workOf } from "../variants/dispatch.ts";
import { assemble } from "./assemble.ts";
import { bindOpen, type OpenPlan, type OpenStart, planOpen, startOpen } from "./open-plan.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** How many sets of extents keep their bind groups. */
const keptExtents = 64;

// A value of GPUBufferUsage, which is a global of browsers, not of Node.
const uniform = 0x40;

/** A plan, ready to run. */
export interface MadePlan extends OpenPlan {
  readonly pipelines: readonly Pipeline[];
  readonly owned: Buffers;
}

/** @throws NormError (as a rejection) the errors of `createNorm`, and N524 for an extent that cannot be left open. */
export async function createOpenNorm(
  device: GPUDevice,
  program: Program,
  options: OpenOptions,
  shared: SharedMemory | undefined,
): Promise<Norm> {
  const start = startOpen(device, program, options);
  const loaded = await loadedFor(
    program,
    start.choices.flatMap(({ variants }) => variants),
  );
  const planned = planOpen(device, loaded, start, options, shared?.rewrite);
  const [{ shapes, dtypes }] = planned as readonly [(typeof planned)[0]];
  const laidOut = planned.flatMap((one) => one.laidOut);
  const code = await loadLaunchCode(program, laidOut, shapes, dtypes, device);
  const plans = bindOpen(device, start, planned, code);

  watchDevice(device);
  refuseLost(device);
  try {
    const made = await Promise.all(
      plans.map(async (one): Promise<MadePlan> => {
        const pipelines = one.bound.launches.map((launch) => openPipeline(device, launch));
        return { ...one, pipelines: await Promise.all(pipelines), owned: ownedBy(device, one, shared) };
      }),
    );
    await withErrorScopes(device, "making the scratch buffers", () => {
      for (const { owned } of made) owned.makeScratch();
    }).catch((error) => {
      for (const { owned } of made) owned.destroy();
      throw error;
    });
    return openNorm(device, program, options, start, made);
  } catch (error) {
    throw await errorOrLoss(device, error);
  }
}

export function ownedBy(device: GPUDevice, { bound }: OpenPlan, shared: SharedMemory | undefined): Buffers {
  return ownBuffers(device, bound.program, bound.shapes, bound.dtypes, shared?.mayOverlap);
}

export function openNorm(
  device: GPUDevice,
  program: Program,
  options: OpenOptions,
  { axes, order }: OpenStart,
  plans: readonly MadePlan[],
): Norm {
  const sized = new Map<string, Norm>();
  const names = [...axes.axes.keys()];
  let usable = true;

  /** The norm for the extents of a call. It shares pipelines and scratch memory with those for other extents. */
  function normAt(extents: ExtentsByName | undefined): Norm {
    if (!usable) throw new NormError("N534", `this ${program.norm} is destroyed`);
    // As JSON, because the text "37" is no extent.
    const key = JSON.stringify(names.map((name) => own(extents, name)));
    const found = sized.get(key);
    if (found !== undefined && givenNames(extents).length === names.length) return found;
    const shapes = resolveShapes(program, axes.dimsAt(extents), options.params);
    const made = sizedNorm(device, program, { ...shapes, open: axes.factors }, order, plans, options);
    sized.set(key, made);
    // Commands that use the dropped one keep its buffers.
    if (sized.size > keptExtents) sized.delete(sized.keys().next().value!);
    return made;
  }

  const most = resolveShapes(program, axes.most, options.params);
  const [{ planned }] = plans as readonly [MadePlan];
  return {
    program,
    dims: most.dims,
    dtypes: planned.dtypes,
    tensors: normTensors(device, program, most, planned.dtypes),
    dispatches: planned.dispatches,
    encode: (target, buffers, extents) => normAt(extents).encode(target, buffers),
    run: async (feeds, extents) => normAt(extents).run(feeds),
    destroy() {
      usable = false;
      sized.clear();
      for (const { owned } of plans) owned.destroy();
    },
    [Symbol.dispose]() {
      this.destroy();
    },
  };
}

function sizedNorm(
  device: GPUDevice,
  program: Program,
  shapes: Shapes,
  order: readonly string[],
  plans: readonly MadePlan[],
  { inPlace }: OpenOptions,
): Norm {
  // The last one takes any number of rows.
  const plan = plans.find((one) => takesRows(one, shapes)) ?? plans.at(-1)!;
  const { planned, bound, pipelines, owned } = plan;
  const at = chooseVariants(program, shapes, device, ({ chunkRows }, _traits, _limits, kernel) => {
    const variant = plan.variants[program.kernels.findIndex(({ name }) => name === kernel)]!;
    // A chunk without a row would leave its sums unwritten.
    const chunks = chunkRows === 0 ? 1 : Math.min(variant.chunks, chunkRows / variant.together);
    return { ...variant, chunks };
  });
  const dispatches = planned.program.kernels
    .flatMap((kernel, i) => dispatchesOf(kernel, at.shapes, device, at.variants[i]!))
    .filter((dispatch) => dispatch.rowCount > 0);
  // A tensor in several bindings has all of them, so its buffer holds the largest extents.
  const inPieces = new Set(
    bound.launches
      .flatMap(({ slots }) => slots.filter(({ offset }) => offset > 0))
      .map(({ tensor }) => tensor),
  );
  const elements = new Map(
    [...at.shapes.elements].map(([name, count]) => [
      name,
      inPieces.has(name) ? bound.shapes.elements.get(name)! : count,
    ]),
  );
  const given = new Set(program.tensors.filter(({ role }) => role !== "scratch").map(({ name }) => name));
  const sizeOf = (slot: Slot): number =>
    given.has(slot.tensor)
      ? Math.min(
          slot.size,
          bufferBytes(elements.get(slot.tensor)!, planned.dtypes.get(slot.tensor)!) - slot.offset,
        )
      : slot.size;
  const launches = bound.launches.map((launch) => ({
    ...launch,
    workgroups: launch.dispatch === null ? launch.workgroups : dispatches[launch.dispatch]!.workgroups,
    slots: launch.slots.map((slot) => ({ ...slot, size: sizeOf(slot) })),
  }));
  const extents = {
    buffer: extentsBuffer(device, program.norm, order, at.shapes),
    offset: 0,
    size: extentsBytes(order),
  };
  return assemble(device, {
    planned: { ...planned, shapes: at.shapes, dispatches },
    bound: { ...bound, launches, shapes: { ...at.shapes, elements } },
    pipelines,
    owned: {
      ...owned,
      resolve: (buffers, all) => new Map([...owned.resolve(buffers, all), [extentsTensor, extents]]),
    },
    inPlace,
  });
}

function takesRows({ planned, variants }: MadePlan, shapes: Shapes): boolean {
  return planned.program.kernels.every((kernel, i) => {
    const { rowCount, chunkRows } = workOf(kernel, shapes, vectorFactor(kernel, shapes));
    return (chunkRows || rowCount) % variants[i]!.together === 0;
  });
}

function extentsBuffer(
  device: GPUDevice,
  norm: string,
  order: readonly string[],
  { factors }: Shapes,
): GPUBuffer {
  const buffer = device.createBuffer({
    label: `${norm}.${extentsTensor}`,
    size: extentsBytes(order),
    usage: uniform,
    mappedAtCreation: true,
  });
  new Uint32Array(buffer.getMappedRange()).set(order.map((factor) => factors.get(factor) ?? 0));
  buffer.unmap();
  return buffer;
}

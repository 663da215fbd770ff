import type { Dtypes } from "../shapes/element-types.ts";
import { assembleNorm, hasEmptyInput, layOut, type ResolvedProgram } from "./assemble-norm.ts";
import { isShared, openHeap, ours, takeRegion } from "./heap.ts";
import { instanceIn, moduleOf } from "./modules.ts";
import { needsParts } from "./schedules.ts";
import { threadsFor } from "./threads.ts";
import type { WasmNorm, WasmSettings } from "./wasm-types.ts";

/** The norm of a program whose options are checked. @throws NormError (as a rejection) N540 to N543, and those of `at`. */
export async function makeWasmNorm(
  resolved: ResolvedProgram,
  settings: WasmSettings = {},
): Promise<WasmNorm> {
  const { program, shapes, dtypes } = resolved;
  const { tensors, norm: name, lazy } = program;
  const parts = lazy !== undefined && needsParts(program, shapes) ? (await lazy()).lazy[0] : undefined;
  const { memory: theirs, at } = settings;
  const user = theirs === undefined && at === undefined ? undefined : await import("./user-memory.ts");
  const layout = layOut(
    resolved,
    parts,
    user && ((stages, sized, bytesOf) => user.placement(tensors, settings, stages, sized, dtypes, bytesOf)),
  );
  const { bytes } = layout;
  const wanted = threadsFor(settings, bytes);
  const refusals = (): Promise<typeof import("./refusals.ts")> => import("./refusals.ts");
  if (!(Number.isSafeInteger(wanted) && wanted >= 1)) throw (await refusals()).noThreads(wanted);
  const threads = wanted > 1 ? await import("./threads/pool.ts") : undefined;
  const taken = takeRegion(bytes, theirs && user?.heapIn(theirs, ours, openHeap), threads?.makeSharedMemory);
  if (taken === undefined) throw (await refusals()).noRoom(name, bytes, theirs);
  const { heap, region } = taken;
  try {
    const shared = isShared(heap.memory);
    const modules = await Promise.all(
      [program, parts].flatMap((one) => (one === undefined ? [] : moduleOf(name, one, shared))),
    );
    const functions = await Promise.all(modules.map((one) => instanceIn(heap, one)));
    const runs = functions.flatMap((one) => Object.values(one));
    return assembleNorm(layout, taken, {
      functions,
      team: await threads?.openTeam(wanted, modules, heap, runs),
      elementsOf: isInexact(dtypes) ? (await import("../shapes/array-elements.ts")).elementsOf : undefined,
      settling: hasEmptyInput(layout) ? (await import("./settle.ts")).settling : undefined,
    });
  } catch (error) {
    heap.give(region);
    throw error;
  }
}

function isInexact(dtypes: Dtypes): boolean {
  return [...dtypes.values()].some((one) => one !== "f32");
}

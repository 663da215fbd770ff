import { type Creator, createPlanned, type PlannedNorms, plannedList } from "./planned-norms.ts";

export interface PrepareOptions {
  /** Called after each norm, with how many are ready and how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Compiles the pipelines of many norms and shapes side by side and loads the modules that they need, so that creating the
 * same norms later compiles nothing: it finds everything in the cache of the device. A page calls it while it loads
 * weights.
 *
 *     await prepare(device, [[LayerNorm, { x: [32, 768] }], [LayerNorm, { x: [32, 768] }, "createBackward"]]);
 *
 * @throws NormError (as a rejection) the errors of `create`, which say which entry it was, and N532 for anything
 * but a list of norms with such a function. All other entries are ready by then.
 */
export async function prepare<const T extends readonly Creator[]>(
  device: GPUDevice,
  norms: PlannedNorms<T>,
  { onProgress }: PrepareOptions = {},
): Promise<void> {
  const list = plannedList(norms);
  let done = 0;
  const made = await Promise.allSettled(
    list.map(async (one, i) => {
      (await createPlanned(device, one, i)).destroy();
      onProgress?.(++done, list.length);
    }),
  );
  for (const one of made) if (one.status === "rejected") throw one.reason;
}

import type { Program } from "../../program/program.ts";
import { type OptionKeys, usualKeys } from "../options/read-options.ts";
import { NormError } from "../shapes/errors.ts";

/** The code of `createNow`, once it is loaded. Most pages never load it. */
let now: typeof import("./create-now.ts") | undefined;

/** The function that `load` of a generated module calls: loads all that `createNow` may need of these programs. */
export async function loadPrograms(programs: readonly Program[]): Promise<void> {
  const loaded = await import("./create-now.ts");
  await loaded.loadAll(programs);
  now = loaded;
}

/**
 * `createFromOptions` without waiting, for frameworks whose operations cannot wait. Pipelines that the device does not
 * have yet are compiled at once, which stalls the page. What the device refuses afterwards (memory, a lost device) is
 * thrown by the next `encode`.
 * @throws NormError the errors of `createFromOptions`, and N525 before `load` is done.
 */
export function createNowFromOptions<Result>(
  device: GPUDevice,
  programs: readonly Program[],
  options: object,
  keys: OptionKeys = usualKeys,
): Result {
  if (now !== undefined) return now.createNow(device, programs, options, keys) as Result;
  throw new NormError("N525", `${programs[0]?.norm}.createNow: first \`await ${programs[0]?.norm}.load()\``);
}

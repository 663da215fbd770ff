import type { Program } from "../../program/program.ts";
import type { BackwardKeys, OptionKeys } from "../options/read-options.ts";
import { NormError } from "../shapes/errors.ts";
import type { LoadFurther } from "./create-now.ts";
import type { PassName } from "./planned-norms.ts";

/** The code that makes norms without waiting, once it is loaded. Most pages never load it. */
let now: typeof import("./create-now.ts") | undefined;

/**
 * The function that `load` of a generated module calls: loads all that a norm of these programs may need if it is made
 * without waiting.
 * @param further loads the programs of the other passes.
 */
export async function loadPrograms(
  programs: readonly Program[],
  pass?: PassName,
  further?: LoadFurther,
): Promise<void> {
  const loaded = await import("./create-now.ts");
  await loaded.loadPass(programs, pass, further);
  now = loaded;
}

/**
 * `createFromOptions` without waiting, or `createBackwardFromOptions`, or `createSavingFromOptions`: for frameworks whose
 * operations cannot wait. Pipelines that the device does not have yet are compiled at once, which stalls the page. What
 * the device refuses afterwards (memory, a lost device) is thrown by the next `encode`.
 * @throws NormError the errors of those functions, and N525 before `load` is done for this pass.
 */
export function createNowFromOptions<Result>(
  device: GPUDevice,
  programs: readonly Program[],
  pass: PassName,
  options: object,
  keys?: OptionKeys | BackwardKeys,
): Result {
  const made = now?.createNow(device, programs, pass, options, keys);
  if (made !== undefined) return made as Result;
  const norm = programs[0]?.norm;
  const word = pass === "create" ? "" : `"${pass}"`;
  throw new NormError("N525", `${norm}.${pass}Now: first \`await ${norm}.load(${word})\``);
}

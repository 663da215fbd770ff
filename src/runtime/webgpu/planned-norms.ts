/** Lists of norms that a page is going to create: what `prepare` and `requirements` take. */
import type { Norm } from "../options/norm-types.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";

const passes = ["create", "createBackward", "createSaving"] as const;

/** How a norm is made. */
export type PassName = (typeof passes)[number];

/** The object of a norm in a generated module, as far as it is needed here. */
export interface Creator {
  create(device: GPUDevice, options: never): Promise<object>;
  createBackward?(device: GPUDevice, options: never): Promise<object>;
  createSaving?(device: GPUDevice, options: never): Promise<object>;
}

type OptionsOf<N, P extends PassName> =
  N extends Readonly<Record<P, infer Create>>
    ? Create extends (device: GPUDevice, options: infer Options) => unknown
      ? Options
      : never
    : never;

/** A norm, the options that it will be created with, and the function that will create it, if that is not `create`. */
export type PlannedNorm<N extends Creator = Creator> =
  | readonly [norm: N, options: OptionsOf<N, "create">, pass?: "create"]
  | readonly [norm: N, options: OptionsOf<N, "createBackward">, pass: "createBackward"]
  | readonly [norm: N, options: OptionsOf<N, "createSaving">, pass: "createSaving"];

/** `[[LayerNorm, { x: [32, 768] }], [GroupNorm, { x: [2, 320, 64, 64] }, "createBackward"]]` */
export type PlannedNorms<T extends readonly Creator[]> = { readonly [K in keyof T]: PlannedNorm<T[K]> };

/** The norms of a list. @throws NormError N532 for anything but a list. */
export function plannedList(norms: readonly PlannedNorm[]): readonly PlannedNorm[] {
  if (Array.isArray(norms)) return norms;
  throw new NormError("N532", `expected a list of norms, given ${shownValue(norms)}`);
}

/** Creates one norm of a list. Its errors say which one it was. */
export async function createPlanned(device: GPUDevice, planned: PlannedNorm, at: number): Promise<Norm> {
  const entry = `norm ${at + 1} of the list`;
  if (!Array.isArray(planned)) {
    throw new NormError("N532", `${entry}: expected [norm, options], given ${shownValue(planned)}`);
  }
  const [norm, options, pass = "create"] = planned as PlannedNorm;
  if (!passes.includes(pass)) {
    throw new NormError("N532", `${entry}: expected ${passes.join(", ")}, given ${shownValue(pass)}`);
  }
  const create = norm?.[pass];
  const which = `${entry}, ${pass}(${JSON.stringify(options)})`;
  if (create === undefined) throw new NormError("N532", `${which}: the norm has no such function`);
  try {
    return (await create.call(norm, device, options as never)) as Norm;
  } catch (error) {
    if (!(error instanceof NormError)) throw error;
    throw new NormError(error.code, `${which}: ${error.message}`, { cause: error });
  }
}

/** A candidate of the search: a variant that was prepared and computes the right results. */
import type { Variant } from "../../runtime/variants/variant.ts";
import type { Timed } from "./turns.ts";

/** A prepared variant. */
export interface Candidate extends Timed {
  /** May be called again. */
  release(): void;
}

/** Why a variant cannot be timed. `wrong`: its results are wrong, which is our defect. */
export interface Refused {
  readonly refused: string;
  readonly wrong?: boolean;
}

export type Tried = { readonly variant: Variant } & (
  | { readonly ms: number; readonly readings: number }
  | Refused
);

export interface Best {
  readonly variant: Variant;
  /** The time of the default over its own time. */
  readonly factor: number;
}

/** What the search tries: a variant, prepared and found right. */
import type { Variant } from "../../runtime/variants/variant.ts";
import type { Timed } from "./turns.ts";

/** A prepared variant. */
export interface Candidate extends Timed {
  /** May be called again. */
  release(): void;
}

/** Why a variant cannot be timed. `wrong`: it computes something else, which is a defect of ours. */
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
  /** The default's time over its own. */
  readonly factor: number;
}

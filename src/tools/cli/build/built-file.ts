import type { Graph } from "../../../graph/tensor/graph.ts";
import type { CheckedNorm } from "../../../language/check/check.ts";
import type { Banner } from "../../../targets/bindings/bindings.ts";

/** A checked file on its way to texts. */
export interface BuiltFile {
  /** What its modules are called, without an ending. */
  readonly stem: string;
  readonly banner: Banner;
  readonly norms: readonly { readonly norm: CheckedNorm; readonly graphs: readonly Graph[] }[];
  /** The first line of a text to be read. */
  readonly head: string;
  /** Makes a name fit for a file. */
  readonly short: (name: string) => string;
  /** Takes a path, or one like it where that is taken. */
  readonly claim: (path: string) => string;
  readonly put: (path: string, text: string) => void;
}

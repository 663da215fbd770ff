/** What all panels are about: a spec that compiles, the norm that was chosen in it, and sizes. */
import type { Chosen, Outline, TypedSizes } from "../compiler/protocol.ts";

export interface Shown {
  readonly chosen: Chosen;
  readonly outline: Extract<Outline, { readonly kind: "made" }>;
  readonly sizes: TypedSizes;
}

/** Shows the newest of several answers only, in whatever order they come. */
export function newest(): <T>(
  answer: Promise<T>,
  show: (value: T) => void,
  fail: (message: string) => void,
) => void {
  let last = 0;
  return (answer, show, fail) => {
    const own = ++last;
    answer.then(
      (value) => {
        if (own === last) show(value);
      },
      (error: unknown) => {
        if (own === last) fail(error instanceof Error ? error.message : String(error));
      },
    );
  };
}

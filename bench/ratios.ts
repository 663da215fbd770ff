/** The ratios in the columns beside the times. */
import { onProcessor } from "./contestants.ts";
import { isYardstick, type Outcome, type Timing } from "./race.ts";

export function timingOf(outcome: Outcome, name: string): Timing | undefined {
  const found = outcome[name];
  return found !== undefined && "ms" in found ? found : undefined;
}

/** A result with a larger error does not normalize the data, whatever its time. */
export const largestSaneError = { f32: 1e-2, f16: 5e-2 } as const;

export interface Ratios {
  /** Relative to the fastest copy kernel. */
  readonly copy?: number;
  /** Relative to memcpy on all cores, on a software adapter. */
  readonly memcpy?: number;
  /** Relative to the fastest peer on the same adapter with a right result. */
  readonly peer?: number;
  readonly fastest?: string;
  readonly processor?: number;
}

export function ratiosOf(outcome: Outcome, dtype: "f32" | "f16"): Ratios {
  const own = timingOf(outcome, "normc");
  if (own === undefined) return {};
  const right = Object.keys(outcome).filter((name) => {
    const timing = timingOf(outcome, name);
    return timing !== undefined && (timing.error ?? 0) <= largestSaneError[dtype];
  });
  const ms = (name: string): number => timingOf(outcome, name)?.ms.median ?? Number.NaN;
  const [fastest] = right
    .filter((name) => !isYardstick(name) && name !== "normc" && name !== onProcessor)
    .sort((a, b) => ms(a) - ms(b));
  const to = (name: string): number => own.ms.median / ms(name);
  return {
    ...(right.includes("copy") ? { copy: to("copy") } : {}),
    ...(right.includes("memcpy") ? { memcpy: to("memcpy") } : {}),
    ...(fastest === undefined ? {} : { peer: to(fastest), fastest }),
    ...(right.includes(onProcessor) ? { processor: to(onProcessor) } : {}),
  };
}

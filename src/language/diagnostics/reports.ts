/** Reports that filter what they receive. */
import type { Diagnostic, Report } from "./diagnostic.ts";

/**
 * Passes each diagnostic on once. The same mistake is found again in each norm that calls the code with the mistake, in
 * each mode of a norm, and for each file that imports it.
 */
export function reportOnce(report: Report): Report {
  const told = new Set<string>();
  return (one) => {
    const key = identity(one);
    if (told.has(key)) return;
    told.add(key);
    report(one);
  };
}

function identity({ code, span, message }: Diagnostic): string {
  return JSON.stringify([code, span.source.path, span.start, message]);
}

export interface LimitedReport {
  readonly report: Report;
  /** True once nothing more is passed on. The caller can then stop looking for mistakes. */
  readonly isFull: () => boolean;
}

export function reportUpTo(limit: number, report: Report): LimitedReport {
  let told = 0;
  return {
    report: (one) => {
      told += 1;
      if (told <= limit) report(one);
    },
    isFull: () => told >= limit,
  };
}

/** Reports that let through less than they are told. */
import type { Diagnostic, Report } from "./diagnostic.ts";

/**
 * Passes each diagnostic on once. The same mistake is met again by each norm that calls what holds it, in each mode of a
 * norm, and by each file that imports it.
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
  /** Nothing is passed on any more, so that nobody need look for it. */
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

import { compare } from "./compare.ts";
import type { Outputs } from "./execute.ts";
import { type Run, toRun } from "./map.ts";
import { type Case, type CaseFile, elements } from "./read.ts";

/** A software adapter takes a minute over the largest ones, and learns nothing there that it does not below. */
export const deviceElements = (name: string): number => {
  if (process.env.NORMC_CONFORMANCE_LARGE) return Number.POSITIVE_INFINITY;
  return name === "swiftshader" || name === "webasm" ? 2_000_000 : 8_000_000;
};

/** Says on the console how many cases are not run because they are too large. */
export function tellLeftOut(files: readonly CaseFile[], limit: number, where: string): void {
  const count = files.flatMap((file) => file.cases).filter((c) => largest(c) > limit).length;
  if (count > 0)
    console.log(
      `skipped: ${count} conformance cases of more than ${limit} elements on ${where} (NORMC_CONFORMANCE_LARGE=1 runs them)`,
    );
}

/** One line for each case of a file that fails, with its worst error: all of them, not only the first. */
export async function failures(
  file: CaseFile,
  limit: number,
  execute: (run: Run) => Promise<Outputs>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const c of file.cases) {
    if (largest(c) > limit) continue;
    const run = toRun(c);
    if ("skip" in run) continue;
    try {
      const outputs = await execute(run);
      for (const expected of run.expect) {
        const { worst, failure } = compare(expected, outputs[expected.output]);
        if (failure !== null) lines.push(`${c.id}: ${failure} (${worst.toPrecision(3)} times the tolerance)`);
      }
    } catch (error) {
      lines.push(`${c.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return lines;
}

function largest(c: Case): number {
  return Math.max(...c.inputs.map((tensor) => elements(tensor.dims)));
}

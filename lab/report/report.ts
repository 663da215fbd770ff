import type { Plan } from "../grid/plans.ts";
import type { Result } from "../grid/results.ts";
export async function writeReport(plan: Plan, results: readonly Result[]): Promise<string> {
  return `${results.length} of ${plan.runs.length}`;
}

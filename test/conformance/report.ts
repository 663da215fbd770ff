import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { planCase } from "./map.ts";
import { type CaseFile, caseFiles } from "./read.ts";

/** The README beside this file; what lies between its two markers is written by `report`. */
export const readmePath = fileURLToPath(new URL("README.md", import.meta.url));
const begin = "<!-- counts: node test/conformance/report.ts --write -->";
const end = "<!-- end of counts -->";

/** The tables of the README: what runs on which norm, and what does not run and why. */
export function report(files: readonly CaseFile[]): string {
  const run = new Map<string, Map<string, number>>();
  const not = new Map<string, { count: number; reason: string }>();
  let running = 0;
  let total = 0;
  for (const file of files) {
    for (const c of file.cases) {
      total++;
      const plan = planCase(c);
      if ("skip" in plan) {
        const key = `${c.family}: ${plan.skip}`;
        not.set(key, { count: (not.get(key)?.count ?? 0) + 1, reason: plan.skip });
        continue;
      }
      running++;
      const norms = run.get(c.family) ?? new Map<string, number>();
      const norm = plan.spec.source === "library" ? `\`${plan.spec.norm}\`` : "a text of its own";
      norms.set(norm, (norms.get(norm) ?? 0) + 1);
      run.set(c.family, norms);
    }
  }
  const rows = sorted(run).map(([family, norms]) => {
    const count = [...norms.values()].reduce((sum, n) => sum + n, 0);
    return `| ${family} | ${count} | ${sorted(norms)
      .map(([norm, n]) => `${norm} ${n}`)
      .join(", ")} |`;
  });
  const skipped = sorted(not).map(
    ([key, { count, reason }]) => `| ${key.split(":")[0]} | ${count} | ${reason} |`,
  );
  return [
    `${running} of ${total} cases run.`,
    "",
    "| family | cases | on which norm |",
    "| --- | --- | --- |",
    ...rows,
    "",
    `${total - running} do not:`,
    "",
    "| family | cases | why not |",
    "| --- | --- | --- |",
    ...skipped,
  ].join("\n");
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What the README says between its markers. */
export function written(): string {
  const text = readFileSync(readmePath, "utf8");
  const counts = text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();
  // The formatter pads the columns of a table.
  return counts.replace(/ {2,}/g, " ").replace(/-{3,}/g, "---");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = caseFiles();
  if (files === null) throw new Error("there are no conformance cases beside the checkout");
  const counts = report(files);
  if (process.argv.includes("--write")) {
    const text = readFileSync(readmePath, "utf8");
    const head = text.slice(0, text.indexOf(begin) + begin.length);
    writeFileSync(readmePath, `${head}\n\n${counts}\n\n${text.slice(text.indexOf(end))}`);
  } else {
    console.log(counts);
  }
}

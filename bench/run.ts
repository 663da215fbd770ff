/** `npm run bench`: every case beside a copy kernel of the same bytes, on every adapter of the machine. Writes bench/results. */
import { readFileSync, writeFileSync } from "node:fs";
import { checkFile } from "../src/check/check.ts";
import { compileGraph } from "../src/compile/passes.ts";
import { openDevice } from "../src/device/index.ts";
import { measure } from "../src/measure/measure.ts";
import { median } from "../src/measure/slope.ts";
import type { Program } from "../src/program/program.ts";
import { type BenchCase, cases } from "./cases.ts";

interface Row {
  readonly name: string;
  readonly ms: number;
  readonly copyMs: number;
  readonly variant: string;
}

function programOf({ file, norm, mode }: BenchCase): Program {
  const path = new URL(`../library/${file}.norm`, import.meta.url);
  const source = { path: file, text: readFileSync(path, "utf8") };
  const { norms } = checkFile(
    source,
    () => undefined,
    () => {},
  );
  const graph = norms.find((one) => one.name === norm)?.graphs.find((one) => one.mode === mode);
  if (graph === undefined) throw new Error(`the library has no ${norm} ${mode}`);
  return compileGraph(graph).program;
}

const text: string[] = [
  "# Times beside a copy kernel",
  "",
  "Written by `npm run bench`: medians of slopes, in turn with a copy of the same bytes.",
  "",
];
const data: Record<string, readonly Row[]> = {};
for (const choice of ["auto", "swiftshader"]) {
  const opened = await openDevice({ adapter: choice });
  if (opened === undefined || opened.adapter in data) continue;
  const rows: Row[] = [];
  for (const one of cases) {
    const { ms, copyMs, variant } = await measure(opened.device, programOf(one), {
      dims: one.dims,
      params: {},
      storage: "f32",
      rounds: 5,
    });
    rows.push({ name: one.name, ms, copyMs, variant });
    process.stderr.write(`${one.name}: ${(ms / copyMs).toFixed(2)} copies\n`);
  }
  data[opened.adapter] = rows;
  const ratios = rows.map(({ ms, copyMs }) => ms / copyMs);
  text.push(
    `## ${opened.adapter}`,
    "",
    "| case | norm, ms | copy, ms | norm ÷ copy | variant |",
    "|---|---|---|---|---|",
  );
  for (const { name, ms, copyMs, variant } of rows) {
    text.push(
      `| ${name} | ${ms.toFixed(2)} | ${copyMs.toFixed(2)} | ${(ms / copyMs).toFixed(2)} | ${variant} |`,
    );
  }
  text.push("", `Median ${median(ratios).toFixed(2)}, worst ${Math.max(...ratios).toFixed(2)}.`, "");
  await opened.close();
}
const folder = new URL("./results/", import.meta.url);
writeFileSync(new URL("copy.md", folder), `${text.join("\n")}`);
writeFileSync(
  new URL("copy.json", folder),
  `${JSON.stringify({ node: process.version, adapters: data }, null, 2)}\n`,
);

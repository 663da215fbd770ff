/**
 * Goldens: a spec and what each stage makes of it, one small file a case that a person can read. A file is the spec,
 * then sections `=== STAGE`; a case shows the stages it is about and no others.
 * Stages are those of `compileGraph`, `wat` (WebAssembly text), `gradient` (the backward graph) and `gradient-plan`. After a wanted change:
 * `UPDATE_GOLDENS=1 npx vitest run test/golden`, then read the difference.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { watOf } from "../../src/compile/compile-wasm.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { printGraph } from "../../src/graph/tensor/print.ts";
import { format } from "../../src/language/format/format.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { checkText } from "../support/library.ts";
import { printPlan } from "./plan.ts";

const folder = new URL("./cases/", import.meta.url);

describe("goldens", () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith(".golden")))("%s", async (name) => {
    const path = new URL(name, folder);
    const text = readFileSync(path, "utf8");
    const [spec, ...sections] = text.split(/^=== /m);
    const rendered = await Promise.all(sections.map((section) => render(spec, section.split("\n")[0])));
    const made = [spec, ...rendered].join("=== ");
    if (process.env.UPDATE_GOLDENS) writeFileSync(path, made);
    expect(made).toBe(process.env.UPDATE_GOLDENS ? made : text);
  });
});

/** A section: `stage` or `stage mode`, its text, and an empty line. */
async function render(spec: string, title: string): Promise<string> {
  const [stage, mode] = title.split(" ");
  if (stage === "format") {
    const report = (): never => expect.unreachable("the spec has no mistake");
    return `${title}\n${format(parse({ path: "case.norm", text: spec }, report))}\n`;
  }
  const graph = checkText({ path: "case.norm", text: spec })[0].graphs.find(
    (one) => one.mode === (mode ?? null),
  );
  if (graph === undefined) throw new Error(`there is no mode ${mode}`);
  if (stage === "gradient") return `${title}\n${printGraph(differentiate(graph))}\n`;
  if (stage === "wat") return `${title}\n${withoutParts(watOf(graph))}\n`;
  const { graphs, plan, program } = compileGraph(stage === "gradient-plan" ? differentiate(graph) : graph);
  if (stage === "gradient-plan") return `${title}\n${printPlan(plan)}\n`;
  if (stage === "plan") return `${title}\n${printPlan(plan)}\n`;
  if (stage === "wgsl") return `${title}\n${program.kernels.map((one) => one.shaders[0]!.wgsl).join("\n")}\n`;
  const after = graphs.find((one) => one.pass === stage);
  if (after === undefined) throw new Error(`there is no stage ${stage}`);
  return `${title}\n${printGraph(after.graph)}\n`;
}

/** Without the functions for rows in parts, which have a number and are longer. */
function withoutParts(wat: string): string {
  return wat
    .split("\n\n")
    .filter((one) => !/^ {2}\(func \$\w+_\d+ \(export/.test(one))
    .join("\n\n");
}

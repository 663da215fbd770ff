/**
 * `normc audit`: the normalizations of an ONNX model, as operators or written out in parts. For each: the spec that says it,
 * where it overflows or cancels, and how far its results lie from float64.
 */
import { dirname, resolve } from "node:path";
import { shapeOf } from "../../onnx/map.ts";
import type { OnnxModel } from "../../onnx/read.ts";
import { refuseUnwritable } from "../files/outputs.ts";
import { replaceText, throughLinks } from "../files/replace-file.ts";
import { openBackend } from "../run/open-backend.ts";
import type { ExitCode } from "../terminal/failure.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { progress } from "../terminal/progress.ts";
import { parseDims, readModelFile, specWords } from "../tune/model-shapes.ts";
import { type Finding, findNorms } from "./findings.ts";
import { hazardsOf } from "./hazards.ts";
import { type Errors, type Measured, means, measure } from "./measure.ts";
import { findOnnxRuntime, type Runtime } from "./onnxruntime.ts";

export interface AuditOptions {
  readonly dim: readonly string[];
  readonly svg?: string;
  readonly json?: boolean;
}

interface Audited {
  readonly finding: Finding;
  readonly hazards: readonly string[];
  /** Or why it was not measured. */
  readonly measured: Measured | string;
}

export async function audit(path: string, { dim, svg, json }: AuditOptions): Promise<ExitCode> {
  if (svg !== undefined) refuseUnwritable(svg);
  const model = await readModelFile(path);
  const open = parseDims(dim);
  const runtime = (await findOnnxRuntime(process.cwd())) ?? (await findOnnxRuntime(dirname(resolve(path))));
  const audited = await auditAll(findNorms(model, open), model, open, runtime);
  if (svg !== undefined) {
    const { pictureText } = await import("./picture.ts");
    const curves = audited.flatMap(({ finding, measured }) => {
      if (typeof measured === "string") return [];
      const { ours, theirs } = measured;
      return [{ title: titleOf(finding), ours, theirs: typeof theirs === "string" ? undefined : theirs }];
    });
    replaceText(throughLinks(svg), pictureText(curves, runtime?.name));
  }
  if (json) printJson({ runtime: runtime?.name ?? null, means, norms: audited.map(jsonOf) });
  else printText(path, audited, runtime);
  return 0;
}

async function auditAll(
  findings: readonly Finding[],
  model: OnnxModel,
  open: ReadonlyMap<string, number>,
  runtime: Runtime | undefined,
): Promise<readonly Audited[]> {
  const shown = progress(findings.length);
  const backend = await openBackend("wasm", "auto");
  const audited: Audited[] = [];
  try {
    for (const finding of findings) {
      shown.step(finding.layer.op);
      const hazards = hazardsOf(finding);
      const { layer, input, output } = finding;
      const measured =
        "reason" in layer
          ? layer.reason
          : await measure(
              finding,
              model,
              shapeOf({ inputs: [input], outputs: [output] }, model, open),
              backend,
              runtime,
            );
      audited.push({ finding, hazards, measured });
    }
  } finally {
    shown.done();
    await backend.close();
  }
  return audited;
}

function titleOf({ layer, written, count }: Finding): string {
  const what = written ? `in parts (${layer.op})` : layer.op;
  return `${layer.node === "" ? "" : `${layer.node}: `}${what}${count > 1 ? `, ${count} times` : ""}`;
}

function jsonOf({ finding: { layer, written, count }, hazards, measured }: Audited): object {
  const { node, op } = layer;
  const spec = "reason" in layer ? { reason: layer.reason } : { spec: specWords(layer) };
  const errors = typeof measured === "string" ? { notMeasured: measured } : measured;
  return { node, op, written, count, ...spec, hazards, ...errors };
}

function printText(path: string, audited: readonly Audited[], runtime: Runtime | undefined): void {
  if (audited.length === 0) print(`${path} has no normalization`);
  for (const { finding, hazards, measured } of audited) {
    const { layer } = finding;
    print(titleOf(finding));
    if ("reason" in layer) print(`  not read: ${layer.reason}`);
    else print(`  ${specWords(layer)}`);
    for (const one of hazards) print(`  ! ${one}`);
    if (!("reason" in layer) && typeof measured === "string") print(`  not measured: ${measured}`);
    if (typeof measured !== "string") printErrors(measured, runtime);
    print("");
  }
  if (runtime === undefined && audited.some(({ measured }) => typeof measured !== "string")) {
    say(
      "normc: this project has no onnxruntime-node, so its results are not measured (npm install onnxruntime-node)",
    );
  }
}

function printErrors({ ours, theirs }: Measured, runtime: Runtime | undefined): void {
  const name = runtime?.name ?? "";
  const indent = Math.max("mean / std".length, name.length, "this spec".length);
  const row = (head: string, cells: readonly string[]): void =>
    print(`  ${head.padEnd(indent)}${cells.map((cell) => cell.padStart(10)).join("")}`);
  row(
    "mean / std",
    means.map((mean) => mean.toExponential(0).replace("e+", "e")),
  );
  const cells = (errors: Errors): readonly string[] => errors.map((error) => error.toExponential(1));
  if (typeof theirs === "string") print(`  ${name} does not run it: ${theirs}`);
  else if (theirs !== undefined) row(name, cells(theirs));
  row("this spec", cells(ours));
}

import { type Compiled, compileGraph } from "../../../compile/passes.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { printGraph } from "../../../graph/tensor/print.ts";
import { variantText } from "../../../tuning/measure/variant-text.ts";
import { type DtypeChoice, dtypeText, refuseUnknownTensors } from "../arguments/dtype-choice.ts";
import { savingOf } from "../arguments/save-choice.ts";
import { readSizes, type Sizes } from "../arguments/settings.ts";
import { shapesOf } from "../arguments/shape.ts";
import { graphOf, missingMode, resolveSpec } from "../arguments/specs.ts";
import { refuseWithoutGradients } from "../run/gradients.ts";
import { bytesText } from "../terminal/bytes.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { print, printJson } from "../terminal/output.ts";
import { type DispatchFacts, dispatchFacts, floorBytes, type KernelFacts, kernelFacts } from "./describe.ts";
import { type KeptFacts, keptFacts, keptLines } from "./kept-facts.ts";
import { planLines } from "./plan-lines.ts";

export interface ExplainOptions {
  readonly shape: readonly string[];
  readonly set: readonly string[];
  readonly after?: string;
  readonly mode?: string;
  readonly dtype: DtypeChoice;
  readonly wgsl?: boolean;
  readonly grad?: boolean;
  readonly save: Save;
  readonly json?: boolean;
}

interface PassTime {
  readonly name: string;
  readonly ms: number;
}

interface Explanation {
  readonly norm: string;
  readonly mode: string | null;
  /** Whether this is the backward graph. */
  readonly grad: boolean;
  /** Which values the forward pass saves for it. */
  readonly save?: Save;
  readonly dtype: DtypeChoice;
  readonly passes: readonly PassTime[];
  /** The graph after the wanted pass. By default, after the last one. */
  readonly after: string;
  readonly graph: string;
  readonly kernels: readonly KernelFacts[];
  readonly shape?: {
    readonly dims: Readonly<Record<string, readonly number[]>>;
    readonly bytes: number;
    readonly dispatches: readonly DispatchFacts[];
    /** Only for a backward pass. */
    readonly kept?: readonly KeptFacts[];
  };
}

export function explain(specName: string, options: ExplainOptions): ExitCode {
  const start = performance.now();
  const spec = resolveSpec(specName);
  const { norm } = spec;
  if (options.grad) refuseWithoutGradients(spec);
  const checked = performance.now();
  const forward = graphOf(norm, options.mode);
  if (forward === undefined) throw new CommandError(2, missingMode(norm, String(options.mode)));
  const sizes = readSizes(options, forward);
  const { dtype } = options;
  refuseUnknownTensors(dtype, forward, options.grad === true);
  const compiled = options.grad
    ? savingOf(spec.source, forward, options.save).backward
    : compileGraph(forward);
  const ended = performance.now();

  const found = choosePass(compiled, options.after);
  const rest = ended - checked - compiled.graphs.reduce((sum, one) => sum + one.ms, 0);
  const passes = [
    { name: "read, parse, check", ms: checked - start },
    ...compiled.graphs.filter((one) => one.pass !== "check").map(({ pass, ms }) => ({ name: pass, ms })),
    { name: `${options.grad ? "differentiate, " : ""}schedule, lower, emit`, ms: rest },
  ];
  const explanation: Explanation = {
    norm: forward.norm,
    mode: forward.mode,
    grad: options.grad === true,
    ...(options.grad ? { save: options.save } : {}),
    dtype,
    passes,
    after: found.pass,
    graph: printGraph(found.graph),
    kernels: kernelFacts(compiled, dtype),
    ...(sizes.extents.size === 0
      ? {}
      : {
          shape: {
            ...shapeFacts(compiled, sizes, dtype),
            ...(options.grad ? { kept: keptFacts(forward, sizes, dtype) } : {}),
          },
        }),
  };
  if (options.json) printJson(explanation);
  else print(explanationText(explanation, options));
  return 0;
}

function shapeFacts(compiled: Compiled, sizes: Sizes, dtype: DtypeChoice): NonNullable<Explanation["shape"]> {
  const shapes = shapesOf(compiled.program, sizes);
  return {
    dims: Object.fromEntries(shapes.dims),
    bytes: floorBytes(compiled, shapes, dtype),
    dispatches: dispatchFacts(compiled, shapes),
  };
}

function choosePass({ graphs }: Compiled, name: string | undefined): Compiled["graphs"][number] {
  const found = name === undefined ? graphs.at(-1) : graphs.find((one) => one.pass === name);
  if (found !== undefined) return found;
  const names = graphs.map((one) => one.pass).join(", ");
  throw new CommandError(2, `--after: there is no pass ${name}; the passes are ${names}`);
}

function explanationText(one: Explanation, options: ExplainOptions): string {
  const graph = [`Graph after ${one.after}`, ...one.graph.trimEnd().split("\n").map(indented)];
  if (options.after !== undefined) return graph.join("\n");
  const mode = one.mode === null ? "" : ` (${one.mode})`;
  const lines = [
    `${one.norm}${mode}${one.grad ? `, gradients${one.save === "none" ? "" : ` (${one.save} saved)`}` : ""}`,
    "",
    "Passes",
  ];
  const width = Math.max(...one.passes.map((pass) => pass.name.length));
  for (const { name, ms } of one.passes)
    lines.push(`  ${name.padEnd(width)}  ${ms.toFixed(1).padStart(6)} ms`);
  lines.push("", ...graph);
  const count = one.shape?.dispatches.length ?? one.kernels.length;
  const dispatches = `${count} dispatch${count === 1 ? "" : "es"}`;
  lines.push("", `Kernels: ${one.kernels.length}, so ${dispatches}`);
  for (const kernel of one.kernels)
    lines.push(...kernelLines(kernel, one, options.wgsl === true).map(indented));
  if (one.shape !== undefined) {
    const dims = Object.entries(one.shape.dims).map(([name, sizes]) => `${name}[${sizes.join(", ")}]`);
    lines.push("", `Shape ${dims.join(", ")}`);
    lines.push(
      `  floor: ${bytesText(one.shape.bytes)} (${one.shape.bytes} bytes) in ${dtypeText(one.dtype)}, each input read once and each output written once`,
    );
    const { kept } = one.shape;
    if (kept !== undefined)
      lines.push("", "In memory after the forward pass, for each --save", ...keptLines(kept));
  }
  return lines.join("\n");
}

function kernelLines(kernel: KernelFacts, { shape }: Explanation, wgsl: boolean): string[] {
  const { elementwise, reductions } = kernel.fused;
  const lines = [
    kernel.name,
    `  reads ${kernel.reads.join(", ") || "nothing"}; writes ${kernel.writes.join(", ")}`,
    `  grid  ${kernel.grid.join(", ") || "(one row)"}; row ${kernel.row.join(", ") || "(one element)"}`,
    `  fuses ${elementwise} elementwise operations and ${reductions} reductions`,
    ...planLines(kernel).map(indented),
  ];
  const dispatches = shape?.dispatches.filter((one) => one.kernel === kernel.name) ?? [];
  if (dispatches.length > 0) lines.push(...variantLines(dispatches));
  if (!wgsl) return lines;
  for (const module of kernel.modules) {
    if (module.name !== "") lines.push("", `  ${module.name}:`);
    lines.push("", ...module.wgsl.trimEnd().split("\n").map(indented), "");
  }
  return lines;
}

function variantLines(dispatches: readonly DispatchFacts[]): string[] {
  const [{ variant, vector, rowCount, rowLength }] = dispatches as [DispatchFacts];
  const counts = dispatches.map(({ workgroups }) => workgroups.join(" x ")).join(", then ");
  return [
    `  variant ${variantText(variant, vector, dispatches.length)}: ${variant.reason}`,
    `  ${rowCount} rows of ${rowLength} steps, ${counts} workgroups (on a GPU without subgroups)`,
  ];
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}

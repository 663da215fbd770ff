/** What the compiler did with a norm, as data and as a text. */
import { type Compiled, compileGraph } from "../../../compile/passes.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { printGraph } from "../../../graph/tensor/print.ts";
import { variantText } from "../../../tuning/measure/variant-text.ts";
import { type DtypeChoice, dtypeText } from "../arguments/dtype-choice.ts";
import type { Sizes } from "../arguments/settings.ts";
import { shapesOf } from "../arguments/shape.ts";
import { bytesText } from "../terminal/bytes.ts";
import { CommandError } from "../terminal/failure.ts";
import { type DispatchFacts, dispatchFacts, floorBytes, type KernelFacts, kernelFacts } from "./describe.ts";
import { type KeptFacts, keptFacts, keptLines } from "./kept-facts.ts";
import { planLines } from "./plan-lines.ts";

export interface PassTime {
  readonly name: string;
  readonly ms: number;
}

export interface Explanation {
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

/** What is asked about a norm. */
export interface Asked {
  readonly forward: Graph;
  /** Of the forward pass, or of the backward pass if `grad` is set. */
  readonly compiled: Compiled;
  readonly grad: boolean;
  readonly save: Save;
  readonly dtype: DtypeChoice;
  readonly sizes: Sizes;
  readonly passes: readonly PassTime[];
  /** The name of a pass. */
  readonly after?: string | undefined;
}

/** @throws CommandError 2 if there is no pass `after`, or if the sizes do not fit the norm. */
export function explanationOf(asked: Asked): Explanation {
  const { forward, compiled, grad, save, dtype, sizes, passes } = asked;
  const found = choosePass(compiled, asked.after);
  return {
    norm: forward.norm,
    mode: forward.mode,
    grad,
    ...(grad ? { save } : {}),
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
            ...(grad ? { kept: keptFacts(forward, sizes, dtype) } : {}),
          },
        }),
  };
}

/** The forward pass of a norm for every shape, as `normc explain` prints it. */
export function explainedGraph(forward: Graph): string {
  const compiled = compileGraph(forward);
  const explanation = explanationOf({
    forward,
    compiled,
    grad: false,
    save: "none",
    dtype: "f32",
    sizes: { extents: new Map(), params: {} },
    passes: compiled.graphs.map(({ pass, ms }) => ({ name: pass, ms })),
  });
  return explanationText(explanation, {});
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

export interface TextOptions {
  readonly after?: string;
  readonly wgsl?: boolean;
}

/** @param kernels the lines about the kernels. @default those for WebGPU */
export function explanationText(
  one: Explanation,
  options: TextOptions,
  kernels: readonly string[] = shaderLines(one, options),
): string {
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
  lines.push("", ...kernels);
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

function shaderLines(one: Explanation, { wgsl }: TextOptions): string[] {
  const count = one.shape?.dispatches.length ?? one.kernels.length;
  const dispatches = `${count} dispatch${count === 1 ? "" : "es"}`;
  return [
    `Kernels: ${one.kernels.length}, so ${dispatches}`,
    ...one.kernels.flatMap((kernel) => kernelLines(kernel, one, wgsl === true).map(indented)),
  ];
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

/** `npm start`: builds the library, runs every norm on the best WebGPU device and in WebAssembly, and compares both with the oracle. */
import { join, relative } from "node:path";
import type { Graph } from "../../graph/tensor/graph.ts";
import { programInterface } from "../../targets/interface/program-interface.ts";
import { build } from "./build/build.ts";
import { countOperations } from "./explain/describe.ts";
import { shippedFiles } from "./files/library.ts";
import { loadFiles } from "./files/load.ts";
import { packageRoot } from "./files/package.ts";
import type { Backend, Results } from "./run/backend-interface.ts";
import { sampleFeeds, sampleShapes } from "./run/made-up-feeds.ts";
import { openBackend, oracle } from "./run/open-backend.ts";
import { CommandError, commandErrorText, InputError } from "./terminal/failure.ts";
import { print, say } from "./terminal/output.ts";

/** For an output of unit variance. For larger outputs it is relative to their size. */
const allowedError = 1e-5;

interface Row {
  readonly norm: string;
  readonly fused: string;
  readonly dispatches: number;
  /** The largest error on each backend. */
  readonly errors: readonly number[];
}

try {
  process.exitCode = await start();
} catch (error) {
  if (!(error instanceof CommandError || error instanceof InputError)) throw error;
  say(commandErrorText(error));
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
}

async function start(): Promise<number> {
  const began = performance.now();
  const paths = shippedFiles().map((one) => relative(process.cwd(), one.path));
  // Not into `generated`, which holds those norms that documents show, and is committed.
  const out = relative(process.cwd(), join(packageRoot, ".cache", "library"));
  const { code } = await build(paths, {
    out,
    prune: true,
    language: "ts",
    target: ["wgsl", "glsl", "wasm"],
    emit: [],
    backward: true,
    runtime: "normc/runtime",
    gpujsRuntime: "normc/gpujs",
    wasmRuntime: "normc/wasm",
    layout: [],
    save: "none",
  });
  if (code !== 0) return code;

  const { compileGraph } = await import("../../compile/passes.ts");
  const norms = loadFiles(paths).files.flatMap((one) => one.checked.norms);
  const backends = [await openBackend("webgpu", "auto"), await openBackend("wasm", "auto")];
  const graphs = norms.flatMap((norm) => norm.graphs);
  // All at once, since a device compiles several pipelines at the same time.
  const rows = await Promise.all(
    graphs.map(async (graph): Promise<Row> => {
      const errors = await Promise.all(backends.map((backend) => largestError(graph, backend)));
      const { program } = compileGraph(graph);
      return { norm: title(graph), fused: fused(graph), dispatches: program.kernels.length, errors };
    }),
  ).finally(() => Promise.all(backends.map((backend) => backend.close())));
  print(
    table(
      rows,
      backends.map(({ name }) => name),
    ),
  );
  for (const { name, adapter } of backends) print(`${name}: ${adapter}`);
  const wrong = rows.filter(({ errors }) => !errors.every((error) => error <= allowedError));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print(
    `${rows.length - wrong.length} of ${rows.length} within ${allowedError} of the float64 oracle; ${seconds} s`,
  );
  return wrong.length === 0 ? 0 : 1;
}

async function largestError(graph: Graph, backend: Backend): Promise<number> {
  const program = { ...programInterface(graph), kernels: [] };
  const job = {
    graph,
    feeds: sampleFeeds(program, sampleShapes(program)),
    params: {},
    dtype: "f32",
  } as const;
  return difference(await backend.run(job), await oracle.run(job));
}

function difference(got: Results, want: Results): number {
  const errors = Object.entries(want).flatMap(([name, { data }]) =>
    Array.from(
      data,
      (value, i) => Math.abs((got[name]?.data[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value)),
    ),
  );
  // Not Math.max(...errors), since there may be too many for one call. A NaN wins.
  return errors.reduce((worst, one) => Math.max(worst, one), 0);
}

function title({ norm, mode }: Graph): string {
  return mode === null ? norm : `${norm} (${mode})`;
}

/** Counted in the spec, before the compiler adds operations for accuracy. */
function fused(graph: Graph): string {
  const { elementwise, reductions } = countOperations(graph.results.map((one) => one.value));
  return `${reductions} reductions, ${elementwise} elementwise`;
}

function table(rows: readonly Row[], backends: readonly string[]): string {
  const cells = [
    ["norm", "fused", "dispatches", ...backends.map((name) => `largest error, ${name}`)],
    ...rows.map(({ norm, fused, dispatches, errors }) => [
      norm,
      fused,
      String(dispatches),
      ...errors.map((error) => error.toExponential(1)),
    ]),
  ];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GPU } from "gpu.js";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { type CheckedFile, checkFile } from "../../src/language/check/check.ts";
import type { Source } from "../../src/language/diagnostics/diagnostic.ts";
import type { FloatType } from "../../src/program/program.ts";
import { createGatherNorm, type GpuBackend } from "../../src/runtime/gpujs/index.ts";
import type { FeedsByName, ResultsByName } from "../../src/runtime/options/norm-types.ts";
import { resolveShapes } from "../../src/runtime/shapes/shapes.ts";
import { createWasmNorm } from "../../src/runtime/wasm/index.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { backwardOf, gatherProgramOf, programOf } from "../support/compiled.ts";
import { wasmProgramOf } from "../support/wasm.ts";
import type { Feed, Run } from "./map.ts";
import type { Spec } from "./spec.ts";

export type Outputs = Record<string, { dims: readonly number[]; data: Float64Array }>;

/** Runs a case in float64. The outputs hold the new states too, and with `grad` the gradients as `d_NAME`. */
export async function executeOracle(run: Run): Promise<Outputs> {
  return merged(run, async (graph, feeds) => {
    const dims = Object.fromEntries(feeds.map(([name, feed]) => [name, feed.dims]));
    // What the runtime needs of a program to know its shapes, all of it in the graph.
    const shapes = resolveShapes(graph, dims, run.set);
    const values = interpret(graph, {
      extents: shapes.factors,
      params: shapes.params,
      tensors: new Map(feeds.map(([name, feed]) => [name, feed.data])),
    });
    return Object.fromEntries(
      [...values].map(([name, data]) => [name, { dims: shapes.dims.get(name) ?? [], data }]),
    );
  });
}

/** Runs a case on a device, with the element types that its feeds and expectations name. */
export async function executeDevice(run: Run, device: GPUDevice): Promise<Outputs> {
  return merged(run, async (graph, feeds) => {
    const norm = await createNorm(device, programOf(graph), {
      dims: Object.fromEntries(feeds.map(([name, feed]) => [name, feed.dims])),
      params: run.set,
      dtype: dtypesOf(run, graph, feeds),
    });
    return outputsOf(norm, feeds);
  });
}

/** The same in WebAssembly. */
export async function executeWasm(run: Run): Promise<Outputs> {
  return merged(run, async (graph, feeds) => {
    const norm = await createWasmNorm(await wasmProgramOf(graph), {
      dims: Object.fromEntries(feeds.map(([name, feed]) => [name, feed.dims])),
      params: run.set,
      dtype: dtypesOf(run, graph, feeds),
    });
    return outputsOf(norm, feeds);
  });
}

/** The same on gpu.js. */
export async function executeGpuJs(run: Run, backend: GpuBackend): Promise<Outputs> {
  return merged(run, async (graph, feeds) => {
    const norm = await createGatherNorm({ GPU, backend }, gatherProgramOf(graph), {
      dims: Object.fromEntries(feeds.map(([name, feed]) => [name, feed.dims])),
      params: run.set,
      dtype: dtypesOf(run, graph, feeds),
    });
    return outputsOf(norm, feeds);
  });
}

export function dtypesOf(run: Run, graph: Graph, feeds: Feeds): Record<string, FloatType> {
  const dtype: Record<string, FloatType> = {};
  for (const tensor of graph.tensors) if (tensor.role !== "state") dtype[tensor.name] = run.dtype;
  for (const [name, feed] of feeds) dtype[name] = feed.type;
  for (const one of run.expect) if (dtype[one.output] !== undefined) dtype[one.output] = one.type;
  return dtype;
}

/** What a norm of any runtime does here. */
interface Runnable {
  readonly dims: ReadonlyMap<string, readonly number[]>;
  run(feeds: FeedsByName): ResultsByName | Promise<ResultsByName>;
  destroy(): void | Promise<void>;
}

async function outputsOf(norm: Runnable, feeds: Feeds): Promise<Outputs> {
  try {
    const results = await norm.run(Object.fromEntries(feeds.map(([name, feed]) => [name, feed.data])));
    return Object.fromEntries(
      Object.entries(results).map(([name, data]) => [
        name,
        { dims: norm.dims.get(name) ?? [], data: Float64Array.from(data) },
      ]),
    );
  } finally {
    await norm.destroy();
  }
}

export type Feeds = readonly (readonly [name: string, feed: Feed])[];

/** The outputs of the forward graph, of the backward graph, or of both, as the case expects them. */
export async function merged(
  run: Run,
  execute: (graph: Graph, feeds: Feeds) => Promise<Outputs>,
): Promise<Outputs> {
  const graph = graphOf(run);
  const isForward = run.expect.some(({ output }) => graph.tensors.some((one) => one.name === output));
  const graphs = [...(isForward ? [graph] : []), ...(run.grad ? [backwardOf(graph)] : [])];
  const outputs: Outputs = {};
  for (const one of graphs) {
    const given = new Set(one.tensors.map((tensor) => tensor.name));
    Object.assign(
      outputs,
      await execute(
        one,
        Object.entries(run.feeds).filter(([name]) => given.has(name)),
      ),
    );
  }
  return outputs;
}

function graphOf(run: Run): Graph {
  const norm = checked(run.spec).norms.find((one) => one.name === run.spec.norm);
  const graph = norm?.graphs.find((one) => one.mode === (run.mode ?? null));
  if (graph === undefined) throw new Error(`${run.spec.norm} has no mode ${run.mode}`);
  return graph;
}

// Many cases share a text, and most share a shipped file.
const files = new Map<string, CheckedFile>();

function checked(spec: Spec): CheckedFile {
  const source = spec.source === "text" ? { path: "case.norm", text: spec.text } : shippedSource(spec.path);
  const known = files.get(source.text);
  if (known !== undefined) return known;
  const file = checkFile(
    source,
    (path, from) => shippedSource(join(dirname(from.path), path)),
    (found) => {
      throw new Error(`${found.code} ${found.message} in\n${found.span.source.text}`);
    },
  );
  files.set(source.text, file);
  return file;
}

/** A file of the library, by its path from the root of the repository. */
function shippedSource(path: string): Source {
  return { path, text: readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8") };
}

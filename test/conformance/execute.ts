import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CheckedFile, checkFile } from "../../src/check/check.ts";
import type { Source } from "../../src/diagnostics/diagnostic.ts";
import { interpret } from "../../src/oracle/interpret.ts";
import { resolveShapes } from "../../src/runtime/shapes.ts";
import type { Graph } from "../../src/tensor/graph.ts";
import type { Run } from "./map.ts";
import type { Spec } from "./spec.ts";

export type Outputs = Record<string, { dims: readonly number[]; data: Float64Array }>;

/** Which of the two below do something yet: the suite skips what is not wired. */
export const wired = { oracle: true, device: false };

/** Runs a case in float64. The outputs hold the new states too, and with `grad` the gradients as `d_NAME`. */
export async function executeOracle(run: Run): Promise<Outputs> {
  const graph = graphOf(run);
  const feeds = Object.entries(run.feeds);
  const dims = Object.fromEntries(feeds.map(([name, feed]) => [name, feed.dims]));
  // What the runtime needs of a program to know its shapes, all of it in the graph.
  const shapes = resolveShapes({ ...graph, kernels: [] }, dims, run.set);
  const values = interpret(graph, {
    extents: shapes.factors,
    params: shapes.params,
    tensors: new Map(feeds.map(([name, feed]) => [name, feed.data])),
  });
  return Object.fromEntries(
    [...values].map(([name, data]) => [name, { dims: shapes.dims.get(name) ?? [], data }]),
  );
}

/** The device to run on, or in words why there is none. */
export function openDevice(): Promise<GPUDevice | string> {
  return Promise.resolve("not wired yet");
}

/** Runs a case on a device, with the element types that its feeds and expectations name. */
export function executeDevice(_run: Run, _device: GPUDevice): Promise<Outputs> {
  return Promise.reject(new Error("not wired yet"));
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

/** The backends of `normc run`. Each takes a checked graph and feeds and returns the results. */
import type { Compiled } from "../../../compile/passes.ts";
import { interpret } from "../../../graph/oracle/interpret.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { Program } from "../../../program/program.ts";
import { elementsOf } from "../../../runtime/shapes/array-elements.ts";
import { resolveDtypes } from "../../../runtime/shapes/element-types.ts";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { resolveShapes } from "../../../runtime/shapes/shapes.ts";
import { createNorm } from "../../../runtime/webgpu/norm.ts";
import { programInterface } from "../../../targets/interface/program-interface.ts";
import type { OpenedDevice } from "../../device/open.ts";
import type { BackendChoice } from "../arguments/backend-choice.ts";
import { type DtypeChoice, dtypeFor } from "../arguments/dtype-choice.ts";
import { dimsOf } from "../files/read-cases.ts";
import { CommandError } from "../terminal/failure.ts";
import type { Backend, Job, Results } from "./backend-interface.ts";
import { dimsOfTensors, readBy } from "./program-feeds.ts";

/** Throws a CommandError 3 if the user insists on a device and there is none. */
export async function openBackend(choice: BackendChoice, adapter: string): Promise<Backend> {
  switch (choice) {
    case "oracle":
      return oracle;
    case "auto": {
      const { gpuOrProcessor, openAdapter } = await import("./gpu-or-processor.ts");
      const opened = adapter === "auto" ? await gpuOrProcessor() : await openAdapter(adapter);
      return opened === undefined ? (await import("./wasm-backend.ts")).wasm() : webgpu(opened);
    }
    case "webgpu":
      return webgpu(await (await import("./gpu-or-processor.ts")).openAdapter(adapter));
    case "wasm":
      return (await import("./wasm-backend.ts")).wasm();
    case "gpujs":
    case "gpujs:webgl2":
    case "gpujs:webasm":
    case "gpujs:cpu": {
      const { openGpuJs } = await import("./gpujs-backend.ts");
      const opened = await openGpuJs(choice === "gpujs" ? "auto" : gpujsBackends[choice]);
      if (typeof opened === "string") throw new CommandError(3, opened, "N517");
      return opened;
    }
  }
}

const gpujsBackends = { "gpujs:webgl2": "webgl2", "gpujs:webasm": "webasm", "gpujs:cpu": "cpu" } as const;

export const oracle: Backend = {
  name: "oracle",
  adapter: "CPU (float64 oracle)",
  async run({ graph, feeds, params, dtype }) {
    const program = programInterface(graph);
    const shapes = resolveShapes(program, dimsOf(feeds), params);
    const dtypes = resolveDtypes(program, dtypeFor(dtype, program));
    const tensors = Object.entries(feeds).map(([name, { data }]) => {
      // Arithmetic is f32, so an integer above 2^24 is rounded when it is read.
      const elements = elementsOf(data, dtypes.get(name)!);
      return [name, Float64Array.from(elements, Math.fround)] as const;
    });
    const values = withinMemory(() =>
      interpret(graph, { extents: shapes.factors, params: shapes.params, tensors: new Map(tensors) }),
    );
    return Object.fromEntries(
      [...values].map(([name, data]) => [name, { dims: shapes.dims.get(name) ?? [], data }]),
    );
  },
  close: () => Promise.resolve(),
};

/** Dims with a 0 in them need no data, and yet a row of them can have more elements than this machine has bytes. */
function withinMemory<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new NormError("N508", `the oracle has no memory for these dims: ${error.message}`);
  }
}

function webgpu(opened: OpenedDevice): Backend {
  // Many cases of one spec share a graph, and its program serves all their shapes.
  const compiled = new Map<Graph, Promise<Compiled>>();
  return {
    name: "webgpu",
    adapter: opened.adapter,
    async run({ graph, feeds, params, dtype, saving }) {
      const once = (program: Program, feeds: Results): Promise<Results> =>
        runProgram(opened.device, program, feeds, params, dtype);
      if (saving !== undefined) {
        const forward = saving.saving ?? (await compile(saving.plain));
        const kept = await once(forward.program, readBy(forward.program, saving.feeds));
        const { program } = saving.backward;
        return once(program, readBy(program, { ...saving.feeds, ...kept }));
      }
      return once((await compile(graph)).program, feeds);
    },
    close: () => opened.close(),
  };

  function compile(graph: Graph): Promise<Compiled> {
    const known =
      compiled.get(graph) ?? import("../../../compile/passes.ts").then((one) => one.compileGraph(graph));
    compiled.set(graph, known);
    return known;
  }
}

async function runProgram(
  device: GPUDevice,
  program: Program,
  feeds: Results,
  params: Job["params"],
  dtype: DtypeChoice,
): Promise<Results> {
  const norm = await createNorm(device, program, {
    dims: dimsOfTensors(program, feeds),
    params,
    dtype: dtypeFor(dtype, program),
  });
  try {
    const data = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.data]));
    const results = await norm.run(data);
    return Object.fromEntries(
      Object.entries(results).map(([name, data]) => [name, { dims: norm.dims.get(name) ?? [], data }]),
    );
  } finally {
    norm.destroy();
  }
}

/** Where `normc run` can run a norm: each backend takes a checked graph and feeds and gives back the results. */
import type { Compiled } from "../compile/passes.ts";
import type { OpenedDevice } from "../device/open.ts";
import { programInterface } from "../emit/program.ts";
import { interpret } from "../oracle/interpret.ts";
import type { Storage } from "../program/program.ts";
import { fromHalf, toHalf } from "../runtime/half.ts";
import { createNorm } from "../runtime/norm.ts";
import { resolveShapes } from "../runtime/shapes.ts";
import { resolveStorage } from "../runtime/storage.ts";
import type { Graph } from "../tensor/graph.ts";
import type { BackendChoice } from "./backend-choice.ts";
import { CommandError } from "./failure.ts";
import { dimsOf, type Feed } from "./feeds.ts";
import { say } from "./output.ts";

export interface Job {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: Storage;
}

export interface TensorResult {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Results = Readonly<Record<string, TensorResult>>;

export interface Backend {
  readonly name: "webgpu" | "gpujs" | "oracle";
  /** What ran the last case, or will run the next one. */
  readonly adapter: string;
  /** Rejects with a NormError where the feeds do not fit the norm. */
  run(job: Job): Promise<Results>;
  close(): Promise<void>;
}

/** Throws a CommandError 3 where no device can be had and one is insisted on. */
export async function openBackend(choice: BackendChoice, adapter: string): Promise<Backend> {
  switch (choice) {
    case "oracle":
      return oracle;
    case "auto":
    case "webgpu":
      return openWebgpu(choice, adapter);
    case "gpujs":
    case "gpujs:webgl2":
    case "gpujs:webasm":
    case "gpujs:cpu": {
      const { openGpuJs } = await import("./gpujs.ts");
      const opened = await openGpuJs(choice === "gpujs" ? "auto" : gpujsBackends[choice]);
      if (typeof opened === "string") throw new CommandError(3, opened);
      return opened;
    }
  }
}

const gpujsBackends = { "gpujs:webgl2": "webgl2", "gpujs:webasm": "webasm", "gpujs:cpu": "cpu" } as const;

async function openWebgpu(choice: "auto" | "webgpu", adapter: string): Promise<Backend> {
  const { openDevice } = await import("../device/open.ts");
  const reasons: string[] = [];
  const opened = await openDevice({ adapter, onMiss: (reason) => reasons.push(reason) });
  if (opened !== undefined) return webgpu(opened);
  const reason = `no WebGPU device: ${reasons.join("; ")}`;
  if (choice === "webgpu" || adapter !== "auto") throw new CommandError(3, reason);
  const { openGpuJs } = await import("./gpujs.ts");
  const gpujs = await openGpuJs("auto");
  if (typeof gpujs === "string") {
    say(`normc: ${reason}; ${gpujs}: the oracle runs instead`);
    return oracle;
  }
  say(`normc: ${reason}: ${gpujs.adapter} runs instead`);
  return gpujs;
}

export const oracle: Backend = {
  name: "oracle",
  adapter: "CPU (float64 oracle)",
  async run({ graph, feeds, params, dtype }) {
    const program = programInterface(graph);
    const shapes = resolveShapes(program, dimsOf(feeds), params);
    const storages = resolveStorage(program, dtype);
    const tensors = Object.entries(feeds).map(([name, { data }]) => {
      const round = storages.get(name) === "f16" ? roundHalf : Math.fround;
      return [name, Float64Array.from(data, round)] as const;
    });
    const values = interpret(graph, {
      extents: shapes.factors,
      params: shapes.params,
      tensors: new Map(tensors),
    });
    return Object.fromEntries(
      [...values].map(([name, data]) => [name, { dims: shapes.dims.get(name) ?? [], data }]),
    );
  },
  close: () => Promise.resolve(),
};

function webgpu(opened: OpenedDevice): Backend {
  // Many cases of one spec share a graph, and its program serves all their shapes.
  const compiled = new Map<Graph, Promise<Compiled>>();
  return {
    name: "webgpu",
    adapter: opened.adapter,
    async run({ graph, feeds, params, dtype }) {
      const known =
        compiled.get(graph) ?? import("../compile/passes.ts").then((one) => one.compileGraph(graph));
      compiled.set(graph, known);
      const { program } = await known;
      const norm = await createNorm(opened.device, program, { dims: dimsOf(feeds), params, storage: dtype });
      try {
        const data = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.data]));
        const results = await norm.run(data);
        return Object.fromEntries(
          Object.entries(results).map(([name, data]) => [name, { dims: norm.dims.get(name) ?? [], data }]),
        );
      } finally {
        norm.destroy();
      }
    },
    close: () => opened.close(),
  };
}

function roundHalf(value: number): number {
  return fromHalf(toHalf(value));
}

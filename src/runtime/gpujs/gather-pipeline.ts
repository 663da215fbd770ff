/** The draws as kernels of gpu.js, chained in a pipeline, so that the values between them stay on the device. */
import type { GatherRead } from "../../program/gather-program.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { GpuBackend, GpuJs, KernelCall, PipelineCall } from "./backend.ts";
import { constantsOf, type SizedDraw } from "./sized-draws.ts";

export interface Chain {
  /** The feeds, in order. */
  readonly feeds: readonly string[];
  readonly pipeline: PipelineCall;
  run(values: readonly Float32Array[]): Promise<readonly unknown[]>;
  /** Waits for the runs that have begun. */
  idle(): Promise<void>;
  destroy(): Promise<void>;
}

const settings = { asyncMode: true, precision: "single", tactic: "precision" } as const;

/** A pipeline from feeds to the results with these names. */
export function openChain(
  gpu: GpuJs,
  backend: GpuBackend,
  draws: readonly SizedDraw[],
  shapes: Shapes,
  results: readonly string[],
): Chain {
  const made = new Set<string>();
  const feeds = new Set<string>();
  // A new state has the name of the old one. A draw that reads this name reads the feed.
  for (const { draw } of draws) {
    for (const { from } of draw.reads) if (!isBetween(made, from, results)) feeds.add(from);
    made.add(draw.name);
  }
  const order = [...feeds];
  const kernels = draws.map((one) =>
    backend === "webgl2" ? glslKernel(gpu, one, shapes) : scriptKernel(gpu, one, shapes),
  );
  // Here and not in the pipeline: there gpu.js copies each array in `lowp`, which on a phone is an f16.
  const uploads = backend === "webgl2" ? order.map((name) => uploadKernel(gpu, lengthOf(shapes, name))) : [];
  const drawAll = (...args: readonly unknown[]): unknown => {
    const values = new Map<string, unknown>(order.map((name, i) => [name, args[i]]));
    const written = new Map<string, unknown>();
    for (const [i, { draw }] of draws.entries()) {
      const value = kernels[i]!(...draw.reads.map(({ from }) => values.get(from)));
      if (results.includes(draw.name)) written.set(draw.name, value);
      else values.set(draw.name, value);
    }
    return results.map((name) => written.get(name));
  };
  // gpu.js counts the parameters of the function.
  Object.defineProperty(drawAll, "length", { value: order.length });
  const pipeline = gpu.createPipeline(drawAll);
  // The runs of a pipeline follow one another, so the last one ends last.
  let last: Promise<unknown> = Promise.resolve();
  return {
    feeds: order,
    pipeline,
    // Without a pause in between: a pipeline keeps its arguments, and a run that begins meanwhile gets other textures.
    run(values) {
      const run = pipeline(...values.map((one, i) => uploads[i]?.(one) ?? one));
      last = run.catch(() => undefined);
      return run;
    },
    async idle() {
      await last;
    },
    async destroy() {
      await pipeline.destroy();
      for (const kernel of [...uploads, ...kernels]) kernel.destroy();
    },
  };
}

function isBetween(made: ReadonlySet<string>, name: string, results: readonly string[]): boolean {
  return made.has(name) && !results.includes(name);
}

function lengthOf(shapes: Shapes, name: string): number {
  return Math.max(1, shapes.elements.get(name)!);
}

/** One plane for each number of a texel, so that no kernel reads more than one number of an invocation. */
function scriptKernel(gpu: GpuJs, sized: SizedDraw, shapes: Shapes): KernelCall {
  const { draw, count } = sized;
  return gpu.createKernel(draw.js, {
    ...settings,
    output: draw.slots === 1 ? [count] : [count, draw.slots],
    constants: constantsOf(sized, shapes),
    constantTypes: Object.fromEntries(
      draw.constants.map((one) => [one.name, one.kind === "extent" ? "Integer" : "Float"]),
    ),
    functions: draw.jsFunctions,
  });
}

/** A texture of the values, so that every draw reads one kind of texture, whatever gpu.js makes of an array. */
function uploadKernel(gpu: GpuJs, count: number): KernelCall {
  return gpu.createKernel("function (values) { return values[this.thread.x]; }", {
    ...settings,
    asyncMode: false,
    output: [count],
    pipeline: true,
  });
}

function glslKernel(gpu: GpuJs, sized: SizedDraw, shapes: Shapes): KernelCall {
  const { draw, count } = sized;
  const constants = Object.entries(constantsOf(sized, shapes)).map(([name, value], i) =>
    draw.constants[i]!.kind === "extent"
      ? `const int ${name} = ${value};\n`
      : `const float ${name} = ${floatLiteral(value)};\n`,
  );
  const source = [...constants, ...draw.reads.flatMap(accessors), draw.glsl].join("");
  return gpu.createKernel(
    `function (${draw.reads.map((_, i) => parameter(i)).join(", ")}) { return pass_value(this.thread.x); }`,
    {
      ...settings,
      output: [count],
      pipeline: true,
      nativeFunctions: [
        {
          name: "pass_value",
          source,
          argumentTypes: { group: "Integer" },
          returnType: draw.slots === 1 ? "Float" : "Array(4)",
        },
      ],
    },
  );
}

/** Without `_`, which gpu.js writes twice. */
const parameter = (place: number): string => `read${place}`;

/** gpu.js calls the sampler of an argument `user_NAME`, and its width and height `user_NAMESize`. */
function accessors({ accessors }: GatherRead, place: number): string[] {
  const name = parameter(place);
  return Object.entries(accessors).map(
    ([slot, accessor]) =>
      `float ${accessor}(int index) { return texelFetch(user_${name}, ivec2(index % user_${name}Size.x, index / user_${name}Size.x), 0)[${slot}]; }\n`,
  );
}

function floatLiteral(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The passes as kernels of gpu.js, chained in a pipeline, so that what lies between them stays on the device. */
import type { GatherRead } from "../../program/gather-program.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { GpuBackend, GpuJs, KernelCall, PipelineCall } from "./backend.ts";
import { constantsOf, type SizedPass } from "./open-passes.ts";

export interface Chain {
  /** What is fed, in order. */
  readonly feeds: readonly string[];
  readonly pipeline: PipelineCall;
  run(values: readonly Float32Array[]): Promise<readonly unknown[]>;
  /** Waits for the runs that began. */
  idle(): Promise<void>;
  destroy(): Promise<void>;
}

const settings = { asyncMode: true, precision: "single", tactic: "precision" } as const;

/** A pipeline from feeds to the results of those names. */
export function openChain(
  gpu: GpuJs,
  backend: GpuBackend,
  passes: readonly SizedPass[],
  shapes: Shapes,
  results: readonly string[],
): Chain {
  const made = new Set<string>();
  const feeds = new Set<string>();
  // A new state has the name of the old one: what a pass reads under it is the feed.
  for (const { pass } of passes) {
    for (const { from } of pass.reads) if (!isBetween(made, from, results)) feeds.add(from);
    made.add(pass.name);
  }
  const order = [...feeds];
  const kernels = passes.map((one) =>
    backend === "webgl2" ? glslKernel(gpu, one, shapes) : scriptKernel(gpu, one, shapes),
  );
  // Here and not in the pipeline: gpu.js copies each array that one is given in `lowp`, which on a phone is an f16.
  const uploads = backend === "webgl2" ? order.map((name) => uploadKernel(gpu, lengthOf(shapes, name))) : [];
  const steps = (...args: readonly unknown[]): unknown => {
    const values = new Map<string, unknown>(order.map((name, i) => [name, args[i]]));
    const written = new Map<string, unknown>();
    for (const [i, { pass }] of passes.entries()) {
      const value = kernels[i]!(...pass.reads.map(({ from }) => values.get(from)));
      if (results.includes(pass.name)) written.set(pass.name, value);
      else values.set(pass.name, value);
    }
    return results.map((name) => written.get(name));
  };
  // gpu.js counts the parameters of the function.
  Object.defineProperty(steps, "length", { value: order.length });
  const pipeline = gpu.createPipeline(steps);
  // Runs of a pipeline follow one another, so the last is the last to end.
  let last: Promise<unknown> = Promise.resolve();
  return {
    feeds: order,
    pipeline,
    // In one go: a pipeline keeps what it is given for itself, and a run that begins meanwhile gets other textures.
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

/** One plane for each number, so that no kernel reads more than one number of an invocation. */
function scriptKernel(gpu: GpuJs, sized: SizedPass, shapes: Shapes): KernelCall {
  const { pass, count } = sized;
  return gpu.createKernel(pass.js, {
    ...settings,
    output: pass.slots === 1 ? [count] : [count, pass.slots],
    constants: constantsOf(sized, shapes),
    constantTypes: Object.fromEntries(
      pass.constants.map((one) => [one.name, one.kind === "extent" ? "Integer" : "Float"]),
    ),
    functions: pass.jsFunctions,
  });
}

/** A texture of the values, so that every pass reads one kind of texture, whatever gpu.js makes of an array. */
function uploadKernel(gpu: GpuJs, count: number): KernelCall {
  return gpu.createKernel("function (values) { return values[this.thread.x]; }", {
    ...settings,
    asyncMode: false,
    output: [count],
    pipeline: true,
  });
}

function glslKernel(gpu: GpuJs, sized: SizedPass, shapes: Shapes): KernelCall {
  const { pass, count } = sized;
  const constants = Object.entries(constantsOf(sized, shapes)).map(([name, value], i) =>
    pass.constants[i]!.kind === "extent"
      ? `const int ${name} = ${value};\n`
      : `const float ${name} = ${floatLiteral(value)};\n`,
  );
  const source = [...constants, ...pass.reads.flatMap(accessors), pass.glsl].join("");
  return gpu.createKernel(
    `function (${pass.reads.map((_, i) => parameter(i)).join(", ")}) { return pass_value(this.thread.x); }`,
    {
      ...settings,
      output: [count],
      pipeline: true,
      nativeFunctions: [
        {
          name: "pass_value",
          source,
          argumentTypes: { group: "Integer" },
          returnType: pass.slots === 1 ? "Float" : "Array(4)",
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

/** ONNX Runtime, where the user's project has it. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The part of `onnxruntime-node` that is used. */
interface OrtModule {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Readonly<Record<string, object>>): Promise<Record<string, { readonly data: Float32Array }>>;
      release(): Promise<void>;
    }>;
  };
}

export interface Runtime {
  readonly name: string;
  /** Runs a model with one output, on the processor, and returns what it gives for each of the feeds. */
  run(
    model: Uint8Array,
    dims: ReadonlyMap<string, readonly number[]>,
    feeds: readonly Readonly<Record<string, Float32Array>>[],
    output: string,
  ): Promise<readonly Float32Array[]>;
}

/** Undefined if the folder, or one above it, has no `onnxruntime-node`. */
export async function findOnnxRuntime(folder: string): Promise<Runtime | undefined> {
  const require = createRequire(join(folder, "of-the-project.js"));
  let path: string;
  try {
    path = require.resolve("onnxruntime-node");
  } catch {
    return undefined;
  }
  const loaded = (await import(pathToFileURL(path).href)) as OrtModule & { readonly default?: OrtModule };
  const ort = loaded.default ?? loaded;
  const { version } = require("onnxruntime-node/package.json") as { readonly version: string };
  return {
    name: `ONNX Runtime ${version}`,
    async run(model, dims, feeds, output) {
      const session = await ort.InferenceSession.create(model, {
        executionProviders: ["cpu"],
        logSeverityLevel: 3,
      });
      const results: Float32Array[] = [];
      try {
        for (const one of feeds) {
          const tensors = Object.entries(one).map(([name, data]) => [
            name,
            new ort.Tensor("float32", data, dims.get(name) ?? []),
          ]);
          const found = (await session.run(Object.fromEntries(tensors)))[output];
          if (found === undefined) throw new Error(`it gives no ${output}`);
          results.push(found.data);
        }
      } finally {
        await session.release();
      }
      return results;
    },
  };
}

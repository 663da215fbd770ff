/** TensorFlow.js in Node, with its gradients and layers: on Dawn, on its WebAssembly and on its plain JavaScript. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { openAnyDevice } from "../../support/device.ts";

const modules = fileURLToPath(new URL("../../../node_modules/", import.meta.url));

const packages = ["tfjs-core", "tfjs-layers", "tfjs-backend-cpu", "tfjs-backend-wasm", "tfjs-backend-webgpu"];

/**
 * The bundles that its packages give to Node leave the gradients out and have no common copy of the rest; its modules are
 * written for bundlers, and are two thousand files. So one bundle is made of them, once for each version.
 */
async function bundled(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(modules, "@tensorflow/tfjs-core/package.json"), "utf8"));
  const folder = join(modules, `.cache/normc/tensorflow-${version}`);
  if (existsSync(folder)) return folder;
  const made = await mkdtemp(`${folder}-`);
  const core = [
    "@tensorflow/tfjs-core/dist/register_all_gradients",
    "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops",
  ].map((name) => `import "${name}";\n`);
  await build({
    entryPoints: packages.map((name) => ({ in: name, out: name })),
    outdir: made,
    bundle: true,
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    mainFields: ["module", "main"],
    // On Node it calls `require`, which ES modules do not have.
    banner: {
      js: 'import { createRequire as $require } from "node:module"; const require = $require(import.meta.url); const __dirname = import.meta.dirname, __filename = import.meta.filename;',
    },
    plugins: [
      {
        name: "packages",
        setup(on) {
          on.onResolve({ filter: /^tfjs-/ }, ({ path, kind }) =>
            kind === "entry-point" ? { path, namespace: "package" } : undefined,
          );
          on.onLoad({ filter: /./, namespace: "package" }, ({ path }) => ({
            contents: `${path === "tfjs-core" ? core.join("") : ""}export * from "@tensorflow/${path}";`,
            resolveDir: modules,
          }));
        },
      },
    ],
  });
  // Another test may have been faster.
  await rename(made, folder).catch(() => rm(made, { recursive: true }));
  return folder;
}

export type Tf = typeof import("@tensorflow/tfjs-core");

export interface TensorFlow {
  readonly tf: Tf;
  /** Those that this machine has: wasm and cpu, and webgpu if there is a device. */
  readonly backends: readonly ("webgpu" | "wasm" | "cpu")[];
  /** The adapter of the device, in words. */
  readonly adapter: string | undefined;
  close(): Promise<void>;
}

/** Call it before anything that imports TensorFlow.js, which then must be imported dynamically. */
export async function openTensorFlow(): Promise<TensorFlow> {
  const [folder, opened] = await Promise.all([bundled(), openAnyDevice()]);
  registerHooks({
    resolve(specifier, context, next) {
      // The test runner has found the bundle for Node before.
      const name = /@tensorflow\/(tfjs-[\w-]+)(\/dist\/tf-[\w-]+\.node\.js)?$/.exec(specifier)?.[1];
      if (name === undefined || !packages.includes(name)) return next(specifier, context);
      return { url: pathToFileURL(join(folder, `${name}.mjs`)).href, format: "module", shortCircuit: true };
    },
  });
  // The backend looks for it when it is made.
  if (opened !== undefined) Object.defineProperty(navigator, "gpu", { value: {}, configurable: true });
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(join(modules, "@tensorflow/tfjs-backend-wasm/wasm-out/"));
  if (opened !== undefined) {
    const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
    tf.removeBackend("webgpu");
    const { device } = opened;
    tf.registerBackend("webgpu", () => new WebGPUBackend(device as never, device.adapterInfo as never));
  }
  return {
    tf,
    adapter: opened?.adapter,
    backends: [...(opened === undefined ? [] : (["webgpu"] as const)), "wasm", "cpu"],
    async close() {
      await opened?.close();
    },
  };
}

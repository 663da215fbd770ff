/** Modules in JavaScript in plain Node scripts: no hooks, no loader, no flags, from the installed package or without it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ended, root, temporaryFolder } from "../cli/normc.ts";
import { codeBlocks } from "../docs/blocks.ts";
import { type Trial, worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { graphOf } from "../support/library.ts";
import { dawnEnvironment } from "../support/plain-dawn.ts";
import { normals } from "../support/random.ts";
import { layOut, linkPackages } from "./tarball.ts";

/** Few long rows: the default variant splits them, and its shaders are loaded on demand. */
const dims = [1, 8, 4096];
const trial: Trial = {
  graph: graphOf("GroupNorm"),
  dims: { x: dims },
  params: { G: 2 },
  feeds: { x: normals(1, 8 * 4096), gamma: normals(2, 8), beta: normals(3, 8) },
};
const backward = backwardTrial(trial);

const script = `
import { readFileSync, writeFileSync } from "node:fs";
import { create, globals } from "webgpu";
import { GroupNorm, type GroupNormOptions } from "./generated/group_norm.js";

Object.assign(globalThis, globals);
const gpu = create([]);
const device = await (await gpu.requestAdapter())!.requestDevice();
const read = (name: string): Float32Array => new Float32Array(new Uint8Array(readFileSync(name)).buffer);
const options: Pick<GroupNormOptions, "x" | "G"> = { x: [${dims.join(", ")}], G: 2 };
const [x, gamma, beta, d_y] = ["x", "gamma", "beta", "d_y"].map(read) as [Float32Array, Float32Array, Float32Array, Float32Array];
const forward = await GroupNorm.create(device, options);
const back = await GroupNorm.createBackward(device, options);
const results: Record<string, Float32Array> = {
  ...(await forward.run({ x, gamma, beta })),
  ...(await back.run({ x, gamma, d_y })),
};
for (const [name, values] of Object.entries(results)) writeFileSync(name + ".out", values);
device.destroy();
await device.lost;
`;

const installed = temporaryFolder();
const alone = temporaryFolder();

let environment: NodeJS.ProcessEnv | undefined;

beforeAll(async () => {
  environment = await dawnEnvironment();
  const normc = await layOut(installed.path);
  mkdirSync(join(alone.path, "node_modules"));
  linkPackages(alone.path, ["webgpu", "@webgpu/types", "@types/node"]);
  for (const [folder, words] of [
    [installed.path, []],
    [alone.path, ["--copy-runtime"]],
  ] as const) {
    const main = join(normc, "dist/src/tools/cli/main.js");
    const build = ["build", join(normc, "library/group_norm.norm"), "--language", "js", ...words];
    const { code, err } = await ended(process.execPath, [main, ...build, "--out", "generated"], folder);
    expect(code, err).toBe(0);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "script.ts"), script);
    writeFileSync(join(folder, "script.mjs"), stripTypeScriptTypes(script));
    for (const [name, values] of Object.entries({ ...trial.feeds, ...backward.feeds }))
      writeFileSync(join(folder, name), values);
  }
  return () => {
    installed[Symbol.dispose]();
    alone[Symbol.dispose]();
  };
}, 120_000);

const run = (folder: string, file: string) => ended(process.execPath, [file], folder, environment);

describe.each([
  ["from the installed package", installed.path],
  ["with a copy of the runtime and no package", alone.path],
])("%s", (_, folder) => {
  test("TypeScript finds all types", async () => {
    const compilerOptions = {
      target: "es2023",
      lib: ["es2023", "dom"],
      module: "nodenext",
      strict: true,
      noEmit: true,
      // The declarations of the package and of the modules are checked too.
      skipLibCheck: false,
      types: ["node", "@webgpu/types"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["script.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { out } = await ended(process.execPath, [tsc, "-p", folder], folder);
    // What other packages say wrong is not ours to mend.
    expect(out.split("\n").filter((line) => line !== "" && !line.includes("node_modules/@"))).toEqual([]);
  });

  test.for(["script.mjs", "script.ts"])(
    "%s runs with variants and the backward pass",
    async (file, { skip }) => {
      skip(environment === undefined, "there is no device");
      const { code, err } = await run(folder, file);
      expect(code, err).toBe(0);
      const results = (names: readonly string[]): Record<string, Float32Array> =>
        Object.fromEntries(
          names.map((name) => [
            name,
            new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.out`))).buffer),
          ]),
        );
      expect(worstOf(results(["y"]), trial).error).toBeLessThan(1e-5);
      expect(worstGradient(backward, results(["d_x", "d_gamma", "d_beta"])).error).toBeLessThan(1e-5);
    },
  );
});

test("the copied runtime is small, and each of its entries loads by itself", async () => {
  const words = ["--target", "wgsl,glsl,wasm", "--language", "js", "--copy-runtime", "--out", "copies"];
  const main = join(installed.path, "node_modules/normc/dist/src/tools/cli/main.js");
  const built = await ended(process.execPath, [main, "build", "Softmax", ...words], installed.path);
  expect(built.code, built.err).toBe(0);
  const runtime = join(installed.path, "copies/runtime");
  const bytes = readdirSync(runtime).map((name) => statSync(join(runtime, name)).size);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(500_000);
  // A folder without packages.
  const apart = join(alone.path, "copies");
  cpSync(join(installed.path, "copies"), apart, { recursive: true });
  const runtimes = ["webgpu", "gpujs", "wasm", "tuning"].map((one) => `runtime/${one}.js`);
  const entries = [...runtimes, "softmax.gpujs.js", "softmax.wasm.js"];
  const script = `for (const one of ${JSON.stringify(entries)})
    console.log(one, Object.keys(await import("./copies/" + one)).length > 0);`;
  writeFileSync(join(alone.path, "entries.mjs"), script);
  const { out, err } = await run(alone.path, "entries.mjs");
  expect(out.trim().split("\n"), err).toEqual(entries.map((one) => `${one} true`));
});

test("the ten lines of the README run", async ({ skip }) => {
  skip(environment === undefined, "there is no device");
  const [lines] = codeBlocks().filter(
    ({ at, text }) => at.startsWith("README.md") && text.includes('from "webgpu"'),
  );
  writeFileSync(join(installed.path, "ten-lines.mjs"), lines!.text);
  const { code, out, err } = await run(installed.path, "ten-lines.mjs");
  expect(code, err).toBe(0);
  expect(out).toMatch(/^2621440 Float32Array\(4\)/);
});

test("the script does load variants: without their module it fails", async ({ skip }) => {
  skip(environment === undefined, "there is no device");
  const file = join(installed.path, "generated/group_norm.variants.js");
  renameSync(file, `${file}.away`);
  const { code, err } = await run(installed.path, "script.mjs");
  renameSync(`${file}.away`, file);
  expect(code).not.toBe(0);
  expect(err).toContain("ERR_MODULE_NOT_FOUND");
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openAnyDevice } from "../support/device.ts";
import { normc, root, temporaryFolder } from "./normc.ts";

const folder = temporaryFolder();
const device = await openAnyDevice();
afterAll(async () => {
  folder[Symbol.dispose]();
  await device?.close();
});

function texts(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((one) => /\.\w+$/.test(one));
  return Object.fromEntries(files.sort().map((one) => [one, readFileSync(join(path, one), "utf8")]));
}

const library = readdirSync(join(root, "library")).map((one) => `library/${one}`);

/** The specs that `npm run generate` builds: the norms that documents and examples show, and one for each kind of kernel. */
function shown(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: { generate: string };
  };
  return scripts.generate.match(/library\/\w+\.norm/g) ?? [];
}

test.each([
  ["generated", [...shown(), "--target", "wgsl,glsl,wasm"]],
  ["examples/train/generated", ["examples/train/layers.norm", "--save", "stats"]],
  [
    "lab/generated",
    [
      ...["lab/specs/layers.norm", "library/weight_standardization.norm", "library/batch_norm.norm"],
      ...["--target", "wasm", "--save", "stats"],
    ],
  ],
  ["src/adapters/tfjs/layers/generated", ["src/adapters/tfjs/layers/keras.norm", "--target", "wgsl,wasm"]],
])("%s is what its specs give: otherwise run `npm run generate`", async (path, words) => {
  const out = join(folder.path, path);
  const { code, err } = await normc(["build", ...words, "--out", out]);
  expect(err).toContain("files written");
  expect(code).toBe(0);
  const { "manifest.json": manifest, ...built } = texts(out);
  const { "manifest.json": committed, ...generated } = texts(join(root, path));
  expect(generated).toEqual(built);
  // The paths of the sources are relative to where the files were written, and so is their order.
  const hashes = (text = "{}"): string[] =>
    (JSON.parse(text) as { sources: { hash: string }[] }).sources.map((one) => one.hash).sort();
  expect(hashes(committed)).toEqual(hashes(manifest));
});

test("generated is small enough to be looked through", () => {
  const all = Object.values(texts(join(root, "generated")));
  expect(all.length).toBeLessThan(150);
  expect(all.reduce((sum, one) => sum + Buffer.byteLength(one), 0)).toBeLessThan(6 * 2 ** 20);
});

test.skipIf(device === undefined)("every kernel passes the compiler of a device", async () => {
  const out = join(folder.path, "readable");
  expect((await normc(["build", ...library, "--emit", "wgsl", "--out", out])).code).toBe(0);
  const kernels = Object.entries(texts(out)).filter(([path]) => path.endsWith(".wgsl"));
  expect(kernels.length).toBeGreaterThan(20);
  for (const [label, code] of kernels) {
    const { messages } = await device!.device.createShaderModule({ label, code }).getCompilationInfo();
    expect(messages.filter((one) => one.type === "error").map((one) => `${label}: ${one.message}`)).toEqual(
      [],
    );
  }
});

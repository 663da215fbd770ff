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

test.each([
  ["generated", [...library, "--target", "wgsl,glsl"]],
  ["examples/train/generated", ["examples/train/layers.norm", "--save", "stats"]],
])("%s is what its specs give: otherwise run `npm run generate`", async (path, words) => {
  const out = join(folder.path, path);
  const { code, err } = await normc(["build", ...words, "--out", out]);
  expect(err).toContain("files written");
  expect(code).toBe(0);
  const { "manifest.json": manifest, ...built } = texts(out);
  const { "manifest.json": committed, ...generated } = texts(join(root, path));
  expect(generated).toEqual(built);
  // The paths of the sources are relative to where the files were written.
  const hashes = (text = "{}"): string[] =>
    (JSON.parse(text) as { sources: { hash: string }[] }).sources.map((one) => one.hash);
  expect(hashes(committed)).toEqual(hashes(manifest));
});

test.skipIf(device === undefined)("every kernel passes the compiler of a device", async () => {
  const kernels = Object.entries(texts(join(root, "generated"))).filter(([path]) => path.endsWith(".wgsl"));
  expect(kernels.length).toBeGreaterThan(20);
  for (const [label, code] of kernels) {
    const { messages } = await device!.device.createShaderModule({ label, code }).getCompilationInfo();
    expect(messages.filter((one) => one.type === "error").map((one) => `${label}: ${one.message}`)).toEqual(
      [],
    );
  }
});

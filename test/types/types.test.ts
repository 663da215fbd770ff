/** `normc types`, and what TypeScript makes of the types: 7 and 5.9, both ways to resolve modules, both places. */
import { cpSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire, SourceMap } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ended, normc, root } from "../cli/normc.ts";
import { projectOf } from "../plugin/project.ts";
import { diagnose, version } from "./typescript-5.ts";

const right = `import { GroupNorm as Gathered } from "./norms/group_norm.gpujs.norm";
import { GroupNorm, type GroupNormOptions } from "./norms/group_norm.norm";
const options = { x: [2, 320, 64, 64], G: 32 } as const satisfies GroupNormOptions;
export async function run(device: GPUDevice, pass: GPUComputePassEncoder, x: GPUBuffer, y: GPUBuffer) {
  const norm: GroupNorm = await GroupNorm.create(device, options);
  norm.encode(pass, { x, y });
  const { d_gamma } = await (await GroupNorm.createBackward(device, { ...options, of: ["gamma"] })).run({
    x: [1], d_y: [1],
  });
  return d_gamma.length;
}
type Gpu = Parameters<typeof Gathered.create>[0];
export const gathered = (gpu: Gpu): Promise<Gathered> => Gathered.create(gpu, options);
`;

const wrong = `import { GroupNorm } from "./norms/group_norm.norm";
import { LayerNorm } from "./norms/group_norm.norm";
export const a = (device: GPUDevice) => GroupNorm.create(device, { x: ["2", 320] });
export const b = (device: GPUDevice) => GroupNorm.create(device, { x: [2, 320], K: 4 });
export const c = (norm: GroupNorm) => norm.run({ x: [1], gama: [1] });
export const d = (device: GPUDevice) => GroupNorm.createBackward(device, { x: [2, 320], of: ["y"] });
export const e = LayerNorm;
`;

/** The lines of \`wrong\`, and the words of TypeScript that each must have. */
const mistakes = [
  /wrong.ts:2: TS2305: .*LayerNorm/,
  /:3: TS2322: .*string/,
  /:4: TS2353: .*'K'/,
  /:5: TS2561: .*'gama'/,
  /:6: TS2322: .*"y"/,
];

const config = (options: object, files: readonly string[]): string =>
  JSON.stringify({
    compilerOptions: {
      target: "es2023",
      lib: ["es2023", "dom"],
      customConditions: ["source"],
      allowImportingTsExtensions: true,
      allowArbitraryExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      types: ["@webgpu/types"],
      typeRoots: [join(root, "node_modules")],
      ...options,
    },
    files,
  });

const bundler = { module: "esnext", moduleResolution: "bundler" };
const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
const project = projectOf({
  "right.ts": right,
  "wrong.ts": wrong,
  "bundler.json": config(bundler, ["right.ts", "wrong.ts"]),
  "nodenext.json": config(nodenext, ["right.ts", "wrong.ts"]),
  "mirror/main.ts": right,
  "mirror/package.json": `{ "name": "mirror", "type": "module" }`,
  "mirror/bundler.json": config({ ...bundler, rootDirs: [".", "types"] }, ["main.ts"]),
});
const at = (name: string): string => join(project.path, name);
cpSync(join(root, "library/group_norm.norm"), at("norms/group_norm.norm"));
cpSync(at("norms"), at("mirror/norms"), { recursive: true });
symlinkSync(at("node_modules"), at("mirror/node_modules"));

const both = ["--target", "wgsl,glsl"];
beforeAll(async () => {
  const beside = await normc(["types", "norms/group_norm.norm", ...both], project.path);
  expect(beside, beside.err).toMatchObject({ code: 0 });
  const apart = await normc(["types", "norms/group_norm.norm", "--out", "types", ...both], at("mirror"));
  expect(apart, apart.err).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => project[Symbol.dispose]());

const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** What TypeScript 7 says, a line each. */
async function diagnose7(configPath: string): Promise<string[]> {
  const { out } = await ended(process.execPath, [tsc, "-p", configPath, "--pretty", "false"], project.path);
  return out
    .split("\n")
    .filter((line) => / error TS/.test(line))
    .map((line) => line.replace(/\((\d+),\d+\): error/, ":$1:"));
}

describe.each([
  ["7", diagnose7],
  [version, async (path: string) => diagnose(path)],
])("TypeScript %s", (_, ask) => {
  it.each(["bundler.json", "nodenext.json"])(
    "finds the types under %s, and refuses names that the spec does not have",
    async (name) => {
      const found = await ask(at(name));
      expect(found).toHaveLength(mistakes.length);
      for (const [i, mistake] of mistakes.entries()) expect(found[i]).toMatch(mistake);
    },
  );

  it("finds them in a folder of their own", async () => {
    expect(await ask(at("mirror/bundler.json"))).toEqual([]);
  });
});

describe("the files", () => {
  it("lie beside the spec, or in a folder that mirrors the project", () => {
    const beside = readFileSync(at("norms/group_norm.d.norm.ts"), "utf8");
    expect(readFileSync(at("mirror/types/norms/group_norm.d.norm.ts"), "utf8")).toBe(beside);
    const map = JSON.parse(readFileSync(at("mirror/types/norms/group_norm.d.norm.ts.map"), "utf8"));
    expect(map.sources).toEqual(["../../norms/group_norm.norm"]);
  });

  it("lead an editor to the place in the spec", () => {
    const types = readFileSync(at("norms/group_norm.d.norm.ts"), "utf8").split("\n");
    const spec = readFileSync(at("norms/group_norm.norm"), "utf8").split("\n");
    const map = new SourceMap(JSON.parse(readFileSync(at("norms/group_norm.d.norm.ts.map"), "utf8")));
    const place = (declaration: string): string => {
      const line = types.findIndex((one) => one.includes(declaration));
      const column = types[line]!.indexOf(declaration);
      const entry = map.findEntry(line, column);
      // TypeScript takes the next segment where none begins at the name.
      if (!("originalLine" in entry) || entry.generatedColumn !== column) return "nowhere";
      return spec[entry.originalLine]!.slice(entry.originalColumn);
    };
    expect(place("GroupNorm: {")).toBe("GroupNorm {");
    expect(place("GroupNormSiLUOptions {")).toBe("GroupNormSiLU {");
    expect(place("gamma?: readonly")).toBe("gamma[C] = 1, beta[C] = 0");
    expect(place("eps?")).toBe("eps = 1e-5");
    expect(place("d_y: ")).toMatch(/^y = /);
  });

  it("are written only where they change", async () => {
    const types = at("norms/group_norm.d.norm.ts");
    const before = statSync(types).mtimeMs;
    const again = await normc(["types", "norms/group_norm.norm", "--json", ...both], project.path);
    expect(JSON.parse(again.out)).toMatchObject({ written: [], unchanged: 4 });
    expect(statSync(types).mtimeMs).toBe(before);
  });

  it("replace no file of somebody else", async () => {
    project.write({
      "own/a.norm": "norm A { axes N\n input x[N]\n y = x\n output y }",
      "own/a.d.norm.ts": "mine",
    });
    const { code, err } = await normc(["types", "own/a.norm"], project.path);
    expect(code).toBe(1);
    expect(err).toContain("error[N610]");
    expect(readFileSync(at("own/a.d.norm.ts"), "utf8")).toBe("mine");
  });
});

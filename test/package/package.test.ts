/** The package as npm would install it: its commands, its entries, its files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, expect, test } from "vitest";
import { ended, root, temporaryFolder } from "../cli/normc.ts";
import { layOut } from "./tarball.ts";

const folder = temporaryFolder();
const packed = join(folder.path, "node_modules/normc");
beforeAll(async () => {
  await layOut(folder.path);
  return () => folder[Symbol.dispose]();
}, 120_000);

const main = join(packed, "dist/src/tools/cli/main.js");

test("the installed command runs, and finds the library", async () => {
  const asked = await ended(process.execPath, [main, "--version"], folder.path);
  expect(asked).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: "" });
  writeFileSync(
    join(folder.path, "feeds.json"),
    JSON.stringify({ feeds: { x: { dims: [2], data: [1, 1] } } }),
  );
  const words = [main, "run", "Softmax", "--feeds", "feeds.json", "--backend", "oracle"];
  const { code, out } = await ended(process.execPath, words, folder.path);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outputs: { y: { data: [0.5, 0.5] } } });
});

test("the installed init writes a project, builds it and runs it", async () => {
  const project = join(folder.path, "project");
  mkdirSync(project);
  const { code, out, err } = await ended(process.execPath, [main, "init"], project);
  expect(code, err).toBe(0);
  expect(out).toContain("wrote norms/my_norm.norm\nwrote norm.config.ts\nwrote package.json");
  expect(out).toContain("y = [0.3651, 0.7303, 1.095, 1.461, 0.3651, 0.7303, 1.095, 1.461]");
  const built = await ended(process.execPath, [main, "build", "--json"], project);
  expect(JSON.parse(built.out)).toMatchObject({ out: "generated", written: [], diagnostics: [] });
});

test("the entries can be imported; the runtime brings nothing of the compiler", async () => {
  const script = `
    const { compile, build, format, version } = await import("normc");
    const spec = "norm A { axes N\\n input x[N]\\n y = x * 2\\n output y }";
    const { norms } = await compile(spec);
    const { createNorm } = await import("normc/runtime");
    const { memoryStorage } = await import("normc/tuning");
    const { createGatherNorm } = await import("normc/gpujs");
    const { createWasmNorm } = await import("normc/wasm");
    const { onTensors } = await import("normc/onnxruntime");
    const text = (await build(spec, { path: "a.norm" })).files.get("a.ts");
    const found = ["normc/library/batch_norm.norm", "normc/package.json"].map((one) => import.meta.resolve(one));
    const functions = [createNorm, memoryStorage, createGatherNorm, createWasmNorm, onTensors, format].map((one) => typeof one);
    console.log(JSON.stringify({ facts: [norms[0].name, version, text.includes("AOptions")], functions, found }));`;
  writeFileSync(join(folder.path, "use.mjs"), script);
  const { out, err } = await ended(process.execPath, ["use.mjs"], folder.path);
  expect(err).toBe("");
  const { facts, functions, found } = JSON.parse(out) as Record<string, string[]>;
  expect(facts).toEqual(["A", expect.any(String), true]);
  expect(new Set(functions)).toEqual(new Set(["function"]));
  expect(found!.map((url) => existsSync(new URL(url)))).toEqual([true, true]);
  const source = join(packed, "dist/src");
  const imported = readdirSync(join(source, "runtime"), { recursive: true, encoding: "utf8" })
    .filter((one) => one.endsWith(".js") && !one.startsWith("gpujs"))
    .flatMap((one) => {
      const file = join(source, "runtime", one);
      const specifiers = readFileSync(file, "utf8").match(/(?<=from ")[^"]+/g) ?? [];
      return specifiers.map((to) => relative(source, join(dirname(file), to)));
    });
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.filter((one) => !/^(runtime|program)\//.test(one))).toEqual([]);
});

test("an older Node is told which one is needed", async () => {
  const older = `data:text/javascript,${encodeURIComponent(
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.11.0" } });',
  )}`;
  const { code, err } = await ended(process.execPath, ["--import", older, main, "--version"], folder.path);
  expect(err).toBe("normc needs Node 22.12 or newer: this is Node 20.11.0\n");
  expect(code).toBe(2);
});

test("publint has nothing to say", async () => {
  const { messages, pkg } = await publint({ pkgDir: packed, pack: false, strict: true });
  expect(messages.map((one) => formatMessage(one, pkg!, { color: false }))).toEqual([]);
});

const files = (ending: string): string[] =>
  readdirSync(packed, { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(ending));

test("every map leads to a source that is in the package", () => {
  const maps = files(".map");
  expect(maps.length).toBeGreaterThan(500);
  const dangling = maps.flatMap((map) => {
    const { sources, sourceRoot = "" } = JSON.parse(readFileSync(join(packed, map), "utf8")) as {
      sources: string[];
      sourceRoot?: string;
    };
    return sources.filter((one) => !existsSync(resolve(packed, dirname(map), sourceRoot, one)));
  });
  expect(dangling).toEqual([]);
  const named = files(".js").flatMap((file) => {
    const [, map] = /^\/\/# sourceMappingURL=(.+)$/m.exec(readFileSync(join(packed, file), "utf8")) ?? [];
    return map === undefined || existsSync(join(packed, dirname(file), map)) ? [] : [file];
  });
  expect(named).toEqual([]);
});

/** npm reads the links of the README as relative to the field `repository`; the documents are read there too. */
test("links in the documents lead to files of the repository", () => {
  const broken = files(".md").flatMap((file) => {
    const links = readFileSync(join(packed, file), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g);
    return [...links]
      .filter(([, to]) => !existsSync(resolve(root, dirname(file), to!)))
      .map(([, to]) => `${file}: ${to}`);
  });
  expect(broken).toEqual([]);
});

test("package.json says where the package comes from", () => {
  const { repository, homepage, bugs, keywords } = JSON.parse(
    readFileSync(join(packed, "package.json"), "utf8"),
  ) as Record<string, unknown>;
  expect(repository).toEqual({ type: "git", url: expect.stringMatching(/^git\+https:\/\/.+\.git$/) });
  expect([homepage, bugs]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^https:/)]);
  expect(keywords).toContain("webgpu");
});

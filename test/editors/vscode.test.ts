/** The extension for VS Code as it is packed: its files, its server, its snippets. */
import { mkdirSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompletionItem } from "vscode-languageserver";
import { comparison, type Run } from "../../editors/vscode/src/compare-runs.ts";
import { projectCli, runCli } from "../../editors/vscode/src/project-cli.ts";
import { packVsix, vsixFiles } from "../../scripts/vsix.ts";
import { codesOf, inspect } from "../check/files.ts";
import { normc, temporaryFolder } from "../cli/normc.ts";
import { startClient } from "../lsp/client.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

let files: Record<string, Uint8Array>;
let size: number;
beforeAll(async () => {
  const packed = packVsix(await vsixFiles());
  size = packed.length;
  files = unzipSync(packed);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), content);
  }
}, 60_000);

const read = (name: string): string => new TextDecoder().decode(files[name]);
const manifest = (): Record<string, never> & {
  contributes: Record<string, unknown>;
  main: string;
  version: string;
} => JSON.parse(read("extension/package.json"));

describe("the package", () => {
  test("has every file that its manifests name", () => {
    const { contributes, main } = manifest();
    const named = [...JSON.stringify(contributes).matchAll(/"(?:path|configuration)":"(\.\/[^"]+)"/g)].map(
      ([, path]) => path!,
    );
    expect(named.length).toBe(4);
    for (const path of [...named, main]) expect(Object.keys(files)).toContain(join("extension", path));
    const assets = [...read("extension.vsixmanifest").matchAll(/ Path="([^"]+)"/g)].map(([, path]) => path!);
    expect(assets).toHaveLength(3);
    for (const path of assets) expect(Object.keys(files)).toContain(path);
    const endings = [...read("[Content_Types].xml").matchAll(/Extension="(\.\w+)"/g)].map(
      ([, ending]) => ending,
    );
    const needed = Object.keys(files).map((name) => /\.\w+$/.exec(name)![0]);
    expect([...new Set(needed)].filter((one) => !endings.includes(one) && one !== ".xml")).toEqual([]);
  });

  test("has the version of the compiler", async () => {
    const { out } = await normc(["--version"]);
    expect(manifest().version).toBe(out.trim());
    expect(read("extension.vsixmanifest")).toContain(`Version="${out.trim()}"`);
  });

  test("needs nothing but VS Code and Node", () => {
    const asked = [...read("extension/dist/extension.cjs").matchAll(/\brequire\("([^"]+)"\)/g)].map(
      ([, name]) => name!,
    );
    const imported = [
      ...read("extension/dist/server.mjs").matchAll(/(?:\bfrom|\bimport\(|\brequire\()"([\w@][^"]*)"/g),
    ];
    const all = [...asked, ...imported.map(([, name]) => name!)].map(
      (name) => name.replace("node:", "").split("/")[0]!,
    );
    expect(asked).toContain("vscode");
    expect([...new Set(all)].filter((one) => one !== "vscode" && !builtinModules.includes(one))).toEqual([]);
    // 374 kB in November 2026.
    expect(size).toBeLessThan(600_000);
  });

  test("its server answers, and finds the library", async () => {
    const server = join(folder.path, "extension/dist/server.mjs");
    const client = await startClient([process.execPath, server, "--stdio"], folder.path);
    const uri = "untitled:Untitled-1";
    await client.open(uri, "norm A { axes ...N, D input x[...N, D] y = Soft(x) output y }");
    const [found] = await client.diagnostics(uri, (all) => all.length > 0);
    expect(found?.code).toBe("N201");
    const items = await client.ask<CompletionItem[]>("completion", uri, "(x)");
    expect(items.map((one) => one.label)).toEqual(expect.arrayContaining(["Softmax", "BatchNorm"]));
    expect(await client.end()).toBe(0);
  });
});

test("every snippet is right as it is", () => {
  const snippets = JSON.parse(read("extension/snippets/norm.json")) as Record<
    string,
    { body: string[]; prefix: string }
  >;
  expect(Object.keys(snippets).length).toBeGreaterThan(8);
  for (const [name, { body, prefix }] of Object.entries(snippets)) {
    const text = body.join("\n").replaceAll(/\$\{\d+:([^}]*)\}/g, "$1");
    // These are parts: of a file with a norm, or of a norm.
    if (prefix === "on") continue;
    const whole = prefix === "import" ? `${text}\nfn f(v) = v` : text;
    const { found } = inspect(whole, {
      "normc/library/batch_norm.norm": "norm BatchNorm { axes N input x[N] y = x output y }",
    });
    expect(codesOf(found), name).toEqual([]);
  }
});

describe("a run against the oracle", () => {
  const run = (data: readonly (number | "NaN")[], more: Partial<Run> = {}): Run => ({
    backend: "webgpu",
    adapter: "SwiftShader",
    outputs: { y: { dims: [2], data } },
    ...more,
  });
  test("says the largest error of each output", () => {
    const oracle = run([1, 1000], { backend: "oracle", adapter: "" });
    expect(comparison("A", run([1.000001, 1000.001]), oracle)).toBe(
      "A on webgpu, SwiftShader, against float64\n  y[2]  largest error 1.0e-6, within 0.00001",
    );
    expect(comparison("A", run([1.1, 1000]), oracle)).toContain("largest error 1.0e-1, above 0.00001");
    expect(comparison("A", run(["NaN", 1000]), oracle)).toContain("above");
    expect(comparison("A", run(["NaN", 1]), run(["NaN", 1]))).toContain("within");
    expect(comparison("A", run([1], { error: { code: "N508", message: "too large" } }), oracle)).toBe(
      "A: error[N508]: too large",
    );
  });
  test("is that of the normc of the project", async () => {
    const own = join(folder.path, "project/node_modules/normc");
    mkdirSync(join(own, "bin"), { recursive: true });
    writeFileSync(join(own, "package.json"), JSON.stringify({ bin: { normc: "./bin/normc.cjs" } }));
    writeFileSync(
      join(own, "bin/normc.cjs"),
      "console.log(JSON.stringify(process.argv.slice(2))); process.exit(1)",
    );
    const cli = projectCli(join(folder.path, "project/sub/a.norm"));
    expect(cli).toBe(join(own, "bin/normc.cjs"));
    expect(JSON.parse(await runCli(cli!, ["run", "a"], folder.path))).toEqual(["run", "a"]);
    await expect(runCli(join(own, "missing.cjs"), [], folder.path)).rejects.toThrow(/missing/);
    expect(projectCli("/nowhere/a.norm")).toBeUndefined();
  });
});

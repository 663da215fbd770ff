/** Modules in JavaScript: their declarations, their names, what leads back to the spec. */
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compileSpec } from "../../src/compile/build/build-spec.ts";
import { moduleSourceMap } from "../../src/compile/build/source-map.ts";
import { build } from "../../src/index.ts";
import { checkFile } from "../../src/language/check/check.ts";
import { printJavascript } from "../../src/targets/modules/print-module.ts";
import { normc, root, temporaryFolder } from "../cli/normc.ts";
import { typeErrors } from "./type-errors.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

test("declarations type-check like modules in TypeScript, beside modules without types", async () => {
  const words = ["--save", "stats", "--language", "js", "--out", folder.path];
  const runtime = join(root, "src/runtime/webgpu/index.ts");
  const built = await normc([
    "build",
    join(root, "test/bindings/backward.norm"),
    ...words,
    "--runtime",
    runtime,
  ]);
  expect(built.code, built.err).toBe(0);
  expect(await typeErrors(folder.path, "saving-usage.txt", "js")).toBe("");
}, 60_000);

const spec =
  "\n norm A { axes N input x[N] y = x * 2 output y }\nnorm class { axes N input x[N] y = x - mean(x over N) output y }";

test("only what users import has declarations, and nothing is left of types", async () => {
  const { files, diagnostics } = await build(spec, {
    path: "a.norm",
    language: "js",
    targets: ["wgsl", "glsl"],
  });
  expect(diagnostics).toEqual([]);
  const names = ["", ".backward", ".backward.variants", ".variants"].map((kind) => `a${kind}.js`);
  expect([...files.keys()].sort()).toEqual(
    [...names, "a.d.ts", "a.gpujs.backward.js", "a.gpujs.d.ts", "a.gpujs.js"].sort(),
  );
  const main = files.get("a.js")!;
  expect(main).toMatch(/^import \{ \w+(?:, \w+)+ \} from "normc\/runtime";$/m);
  expect(main).toContain(
    "export const class_ = {\n  create(device, options) {\n    return createFromOptions(",
  );
  expect(main).toContain('import("./a.variants.js")');
  const modules = [...files].flatMap(([name, text]) => (name.endsWith(".js") ? [text] : []));
  expect(modules.join("")).not.toMatch(/as const|import type/);
  const declarations = files.get("a.d.ts")!;
  const [, imported = ""] = /^import type \{ (.*) \} from "normc\/runtime";$/m.exec(declarations) ?? [];
  const uses = imported
    .split(", ")
    .map((name) => declarations.match(new RegExp(`\\b${name}\\b`, "g"))!.length);
  expect(uses.length).toBeGreaterThan(2);
  expect(Math.min(...uses), "no import of a type that it does not use").toBeGreaterThan(1);
});

test("the caller names the modules that are loaded on demand", async () => {
  const specifierOf = ({ target, kind }: { target: string; kind: string }): string =>
    `./a.norm?${target}&${kind}`;
  const { files } = await build(spec, { path: "a.norm", language: "js", specifierOf });
  const named = [...files.values()].flatMap((text) => text.match(/(?<=import\(")[^"]+/g) ?? []);
  const kinds = ["variants", "backward", "backward.variants"].map((kind) => `./a.norm?wgsl&${kind}`);
  expect(new Set(named)).toEqual(new Set(kinds));
});

test("each line of a module leads to its norm in the spec", async () => {
  const source = { path: "a.norm", text: spec };
  const checked = checkFile(
    source,
    () => undefined,
    () => undefined,
  );
  const { modules } = await compileSpec({ source, checked });
  const found = modules.map(({ kind, content }) => {
    const code = printJavascript(content);
    const map = new SourceMap({ file: kind, ...moduleSourceMap(content, code, source) } as SourceMapPayload);
    const norms = code.split("\n").map((_, line) => {
      const entry = map.findEntry(line, 0);
      if (!("originalLine" in entry)) return "nothing";
      return source.text.split("\n")[entry.originalLine]!.slice(entry.originalColumn).split(" ")[0];
    });
    return { kind, code: code.split("\n"), norms };
  });
  expect(found.map(({ kind }) => kind)).toEqual(["forward", "variants", "backward.variants", "backward"]);
  for (const { kind, code, norms } of found) {
    const declarations = code.flatMap((line, i) => (line.startsWith("export const") ? [i] : []));
    expect(declarations.length, kind).toBeGreaterThan(0);
    for (const at of declarations) {
      const wanted = /^export const class_\b/.test(code[at]!) ? "class" : "A";
      expect([norms[at], norms[at + 1]], code[at]).toEqual([wanted, wanted]);
    }
    expect(norms[0]).toBe("A");
  }
});

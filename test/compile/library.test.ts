/** The compiler as a library, as a bundler, an editor or a page uses it. */
import { expect, test } from "vitest";
import { fingerprint } from "../../src/compile/build/fingerprint.ts";
import {
  build,
  buildAll,
  check,
  compile,
  compileGather,
  compileGradients,
  format,
  inspect,
  type Source,
} from "../../src/index.ts";
import { checkFile } from "../../src/language/check/check.ts";
import { loadModules } from "../../src/language/check/modules/load-modules.ts";

const scaled = `norm Scaled {
  axes   N, D
  input  x[N, D]
  affine gamma[D] = 1
  y = x * rsqrt(mean(x^2 over D) + 1e-5) * gamma
  output y
}
`;
const twice = `import { Scaled } from "./inner/scaled.norm"
norm Twice {
  axes   N, D
  input  x[N, D]
  y = Scaled(Scaled(x))
  output y
}
`;

/** Files that are read a moment later, by their full paths. */
function reader(files: Readonly<Record<string, string>>, asked: string[] = []) {
  const sources = new Map(
    Object.entries(files).map(([path, text]): [string, Source] => [path, { path, text }]),
  );
  return async (path: string, from: Source): Promise<Source | undefined> => {
    asked.push(path);
    await new Promise((done) => setTimeout(done, 1));
    return sources.get(new URL(path, `file:///${from.path}`).pathname.slice(1));
  };
}

const files = {
  "outer/inner/scaled.norm": scaled,
  "outer/twice.norm": twice,
  "outer/both.norm": `import { Twice } from "./twice.norm"\nimport { Scaled } from "./inner/scaled.norm"\n${scaled
    .replace("Scaled", "Both")
    .replace("y = x", "y = Twice(x) + Scaled(x)")}`,
  "loop/a.norm": 'import { B } from "./b.norm"\n',
  "loop/b.norm": `import { A } from "./a.norm"\n${scaled.replace("Scaled", "B")}`,
};

test("inspect tells what is right in a text with a mistake, across imports", async () => {
  const path = "outer/twice.norm";
  const text = files[path].replace("output y", "z = nowhere\n  output y");
  const { diagnostics, symbols } = await inspect(text, { path, readImport: reader(files) });
  expect(diagnostics.map((one) => one.code)).toEqual(["N201"]);
  expect(symbols.symbols.map((one) => one.name)).toEqual(["Twice"]);
  const called = symbols.references.find(({ span }) => text.slice(span.start, span.end) === "Scaled");
  expect(called?.definitions[0]?.nameSpan.source.path).toBe("outer/inner/scaled.norm");
});

test("imports may come later, and each file is asked for once an import", async () => {
  const asked: string[] = [];
  const path = "outer/both.norm";
  const result = await check(files[path], { path, readImport: reader(files, asked) });
  expect(result.diagnostics).toEqual([]);
  expect(result.norms.map((one) => one.name)).toEqual(["Both"]);
  expect(asked.sort()).toEqual(["./inner/scaled.norm", "./inner/scaled.norm", "./twice.norm"]);
  expect(result.imported.map((one) => one.path).sort()).toEqual([
    "outer/inner/scaled.norm",
    "outer/twice.norm",
  ]);
});

test("what was loaded answers as a file system would: with the same diagnostics", async () => {
  for (const [path, text] of Object.entries({ ...files, "x.norm": 'import { A } from "./none.norm"\n' })) {
    const entry = { path, text };
    const loaded = await loadModules(entry, reader(files));
    const known = new Map(
      Object.entries(files).map(([name, one]): [string, Source] => [name, { path: name, text: one }]),
    );
    known.set(path, entry);
    const found: string[][] = [[], []];
    const direct = (wanted: string, from: Source) =>
      known.get(new URL(wanted, `file:///${from.path}`).pathname.slice(1));
    for (const [i, readImport] of [loaded.readImport, direct].entries()) {
      checkFile(entry, readImport, (one) =>
        found[i]!.push(`${one.code} ${one.span.source.path} ${one.span.start}`),
      );
    }
    expect(found[0]).toEqual(found[1]);
  }
});

test("a circle of imports ends, and is a diagnostic; one that cannot be read as well", async () => {
  const path = "loop/a.norm";
  const { diagnostics } = await check(files[path], { path, readImport: reader(files) });
  expect(diagnostics.map((one) => one.code)).toContain("N204");
  const alone = await check(twice);
  expect(alone.diagnostics.map((one) => one.code)).toEqual(["N205"]);
  const failing = check(twice, { readImport: () => Promise.reject(new Error("offline")) });
  await expect(failing).rejects.toThrow("offline");
});

test("programs: forward, gradients with what is kept, and those of gpu.js", async () => {
  const { norms } = await compile(scaled);
  expect(norms.map(({ name, programs }) => [name, programs.length])).toEqual([["Scaled", 1]]);
  const [norm] = (await check(scaled)).norms;
  const { backward, saving } = compileGradients(norm!, "stats");
  expect(backward.map((one) => one.gradients)).toEqual(["inputs", "affines", "all"]);
  expect(saving).toHaveLength(1);
  expect(compileGradients(norm!).saving).toEqual([]);
  const gather = compileGather(norm!);
  expect([gather.programs.length, gather.backward.length]).toEqual([1, 1]);
});

test("one spec gives modules, its kernels and diagnostics; with a mistake nothing but these", async () => {
  const {
    files: made,
    kernels,
    diagnostics,
  } = await build(scaled, { path: "a/scaled.norm", targets: ["wgsl", "glsl"] });
  expect(diagnostics).toEqual([]);
  expect([...made.keys()].sort()).toEqual([
    "scaled.backward.ts",
    "scaled.backward.variants.ts",
    "scaled.gpujs.backward.ts",
    "scaled.gpujs.ts",
    "scaled.ts",
    "scaled.variants.ts",
  ]);
  expect([...kernels.keys()]).toEqual(expect.arrayContaining(["Scaled.y", "gpujs Scaled.y"]));
  const forward = await build(scaled, { backward: false });
  expect([...forward.files.keys()]).toEqual(["spec.ts", "spec.variants.ts"]);
  const wrong = await build(scaled.replace("gamma\n", "gama\n"));
  expect(wrong.diagnostics.map((one) => one.code)).toContain("N201");
  expect(wrong.files.size).toBe(0);
  const refused = await build(scaled, { save: "output", layouts: [{ text: "z", tensor: "x", axes: ["Q"] }] });
  expect(refused.diagnostics.map((one) => one.code)).toEqual(["N516", "N309"]);
  expect(refused.files.size).toBe(0);
});

test("a module holds a shader that two norms share once", async () => {
  const same = scaled + scaled.replace("Scaled", "Same");
  const { files: made } = await build(same);
  const alone = await build(scaled);
  for (const [path, text] of alone.files) {
    if (path === "spec.ts") continue;
    expect(made.get(path)!.length, path).toBeLessThan(1.5 * text.length);
  }
  expect(made.get("spec.ts")!.split("@compute").length).toBe(
    alone.files.get("spec.ts")!.split("@compute").length,
  );
});

test("a folder of several: progress, a manifest, and two specs that would make one file", async () => {
  const spec = async (path: string, text: string) => {
    const source = { path, text };
    return {
      source,
      checked: checkFile(
        source,
        () => undefined,
        () => {},
      ),
    };
  };
  const specs = [await spec("b/one.norm", scaled), await spec("a/two.norm", scaled.replace("Scaled", "Two"))];
  const done: string[] = [];
  const made = await buildAll(specs, { onProgress: (one) => done.push(one.path) });
  expect(done).toEqual(["b/one.norm", "a/two.norm"]);
  const manifest = JSON.parse(made.files.get("manifest.json")!) as {
    sources: { path: string }[];
    files: string[];
  };
  expect(manifest.sources.map((one) => one.path)).toEqual(["a/two.norm", "b/one.norm"]);
  expect([...manifest.files, "manifest.json"].sort()).toEqual([...made.files.keys()].sort());
  const clash = await buildAll([...specs, await spec("c/ONE.norm", scaled)]);
  expect(clash.clash?.sources.map((one) => one.path)).toEqual(["b/one.norm", "c/ONE.norm"]);
  expect(clash.files.size).toBe(0);
  const unused = await buildAll(specs, { layouts: [{ text: "A,B", tensor: undefined, axes: ["A", "B"] }] });
  expect(unused.diagnostics.map((one) => one.code)).toEqual(["N309"]);
});

test("formatting says why there is no text", () => {
  expect(format(scaled.replace("y = x", "y=x"))).toEqual({ text: format(scaled).text, diagnostics: [] });
  const { text, diagnostics } = format("norm {");
  expect(text).toBeUndefined();
  expect(diagnostics.length).toBeGreaterThan(0);
});

/** From the list of test vectors of draft-eastlake-fnv. */
test.each([
  ["", "cbf29ce484222325"],
  ["a", "af63dc4c8601ec8c"],
  ["foobar", "85944171f73967e8"],
  ["chongo was here!\n", "46810940eff5f915"],
])("the fingerprint of %j is FNV-1a", (text, hash) => expect(fingerprint(text)).toBe(hash));

/** Modules of specs whose norms, axes, tensors and params have names that mean something in TypeScript. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ts } from "ts-morph";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keywords } from "../../grammar/tokens.ts";
import { compileSpec } from "../../src/compile/build/build-spec.ts";
import { build } from "../../src/index.ts";
import { checkFile } from "../../src/language/check/check.ts";
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import {
  printDeclarations,
  printJavascript,
  printTypescript,
} from "../../src/targets/modules/print-module.ts";
import { ended, root, temporaryFolder } from "../cli/normc.ts";

const ofSpecs = new Set(keywords.map(({ PATTERN }) => String(PATTERN)));

const tokensOfTypescript = Array.from(
  { length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 },
  (_, i) => ts.tokenToString(ts.SyntaxKind.FirstKeyword + i)!,
);

/** The names that modules use without a declaration of their own. */
const used =
  `arguments eval exports globalThis Infinity NaN device gpu options module target meta source prototype
  Array ArrayBuffer ArrayLike Boolean Float16Array Float32Array Function Int16Array Int32Array Int8Array Map NoInfer Number
  Object Partial Promise Readonly Record Set String Symbol Uint16Array Uint32Array Uint8Array GPU GPUBuffer GPUDevice
  GPUComputePassEncoder GPUCommandEncoder`.split(/\s+/);

/** The names that modules import from a runtime. */
const imported = [
  ...(await build("norm A { axes N input x[N] y = standardize(x over N; 1) output y }", {
    targets: ["wgsl", "glsl"],
    save: "stats",
  }).then(({ files }) => files.values())),
].flatMap((text) =>
  (/^import (?:type )?\{ (.*) \} from/m.exec(text)?.[1] ?? "").replaceAll("type ", "").split(", "),
);

const words = [
  ...new Set([...imported, ...tokensOfTypescript, ...used, ...Object.getOwnPropertyNames(Object.prototype)]),
].filter((word) => !ofSpecs.has(word));

/** Functions of the language, which no norm can be called. */
const functions = ["any", "var"];
const normNames = words.filter((word) => !functions.includes(word));

/** Words from a place on, in a circle. */
const from = (at: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => words[(at + i) % words.length]!);

function normsNamed(names: readonly string[]): string {
  return names.map((name) => `norm ${name} { axes N input x[N] y = x * 2 output y }`).join("\n");
}

/** Four words in each role, and four further ones in the next norm. */
function tensorsNamed(at: number): string {
  const [inputs, affines, params, states, outputs] = [0, 4, 8, 12, 16].map((more) => from(at + more, 4));
  const list = (names: readonly string[], end: string): string =>
    names.map((one) => `${one}${end}`).join(", ");
  const equations = outputs!.map(
    (one, i) => `${one} = ${inputs![i]} * ${affines![i]} + ${params![i]} - ${states![i]}`,
  );
  return `norm Tensors${at} { axes N
    param ${list(params!, " = 1")}
    input ${list(inputs!, "[N]")}
    affine ${list(affines!, "[N] = 1")}
    state ${list(states!, "[N] = 0")}
    ${equations.join("\n    ")}
    output ${outputs!.join(", ")} }`;
}

const specs: Readonly<Record<string, string>> = {
  norms: normsNamed(normNames),
  modes: normNames
    .map(
      (name) => `norm ${name} { axes N, D input x[N, D] state s[D] = 0
        on train { s <- s + sum(x over N) } y = x - s output y }`,
    )
    .join("\n"),
  axes: words
    .map((_, at) => {
      const [one, rest] = from(at, 2);
      return `norm Axes${at} { axes ${one}, ...${rest} input x[${one}, ...${rest}] y = x * 2 output y }`;
    })
    .join("\n"),
  tensors: words.flatMap((_, at) => (at % 4 === 0 ? [tensorsNamed(at)] : [])).join("\n"),
};

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

beforeAll(async () => {
  const runtime = join(root, "src/runtime/webgpu/index.ts");
  const put = (path: string, text: string): void => writeFileSync(join(folder.path, path), text);
  for (const language of ["ts", "js"]) mkdirSync(join(folder.path, language));
  for (const [name, text] of Object.entries(specs)) {
    const source = { path: `${name}.norm`, text };
    const found: Diagnostic[] = [];
    const checked = checkFile(
      source,
      () => undefined,
      (one) => found.push(one),
    );
    expect(found.filter((one) => one.severity === "error").map((one) => one.message)).toEqual([]);
    // The names of gradients begin with `d_`.
    const { modules } = await compileSpec({ source, checked }, { runtime, backward: false });
    for (const { kind, content } of modules) {
      const path = kind === "forward" ? name : `${name}.${kind}`;
      put(`js/${path}.js`, printJavascript(content));
      if (kind === "forward") put(`js/${path}.d.ts`, await printDeclarations(content));
      put(`ts/${path}.ts`, await printTypescript(content));
    }
  }
  put("package.json", '{ "type": "module" }');
}, 120_000);

test("they compile under strict", async () => {
  const compilerOptions = {
    target: "es2023",
    lib: ["es2023", "dom"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    noUnusedLocals: true,
    allowImportingTsExtensions: true,
    types: [join(root, "node_modules/@webgpu/types"), join(root, "node_modules/@types/node")],
  };
  writeFileSync(join(folder.path, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*/*.ts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { out } = await ended(process.execPath, [tsc, "-p", folder.path], folder.path);
  expect(out.split("\n").filter((line) => /^(?:ts|js)\//.test(line))).toEqual([]);
}, 60_000);

test("JavaScript takes them, and each norm has an export", async () => {
  const script = `for (const name of ${JSON.stringify(Object.keys(specs))}) {
    const all = await Promise.all(["", ".backward", ".variants"].map((kind) => import("./js/" + name + kind + ".js").catch((error) => {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    })));
    console.log(name, Object.keys(all[0]).length);
  }`;
  writeFileSync(join(folder.path, "all.mjs"), script);
  const { out, err } = await ended(process.execPath, [join(folder.path, "all.mjs")], folder.path);
  const counts = Object.entries(specs).map(([name, text]) => `${name} ${text.match(/^norm /gm)!.length}`);
  expect(out.trim().split("\n"), err).toEqual(counts);
});

/** `norm.config.ts`: found, run and checked. */
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { renderJson } from "../../src/language/diagnostics/render.ts";
import { defineConfig } from "../../src/norm-config.ts";
import { findSpecs } from "../../src/tools/config/find-specs.ts";
import { loadConfig } from "../../src/tools/config/load-config.ts";
import { temporaryFolder } from "../cli/normc.ts";

function folderWith(files: Readonly<Record<string, string>>): { path: string; [Symbol.dispose](): void } {
  const folder = temporaryFolder();
  const path = realpathSync(folder.path);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const typed = `import { defineConfig, type NormConfig } from "normc";
import { out } from "./shared";

const specs: NormConfig["specs"] = ["norms/*.norm"];
export default defineConfig({ specs, out, gradients: { save: "stats" } });
`;

test("a TypeScript config with an import of its own is found above, and run again each time", async () => {
  using folder = folderWith({
    "package.json": "{}",
    "norm.config.ts": typed,
    "shared.ts": 'export const out: string = "one";\n',
    "src/deep/x.txt": "",
  });
  const at = (path: string): string => join(folder.path, path);
  const first = await loadConfig(at("src/deep"));
  expect(first).toEqual({
    config: { specs: ["norms/*.norm"], out: "one", gradients: { save: "stats" } },
    path: at("norm.config.ts"),
    root: folder.path,
    files: [at("norm.config.ts"), at("shared.ts")],
    diagnostics: [],
  });
  writeFileSync(at("shared.ts"), 'export const out: string = "two";\n');
  expect((await loadConfig(at("src/deep"))).config.out).toBe("two");
});

test.each([
  ["norm.config.js", 'export default { out: "a" };'],
  ["norm.config.js", 'module.exports = { out: "a" };'],
  [
    "norm.config.mjs",
    'import { defineConfig } from "normc";\nexport default defineConfig({ out: await "a" });',
  ],
  ["norm.config.mts", 'export default { out: "a" as string };'],
  ["norm.config.json", '{ "out": "a" }'],
])("%s: %s", async (name, text) => {
  using folder = folderWith({ [name]: text });
  const { config, diagnostics } = await loadConfig(folder.path);
  expect(diagnostics).toEqual([]);
  expect(config).toEqual({ out: "a" });
});

test("defineConfig returns the config, and its type knows the fields and their values", () => {
  const config = { specs: ["a.norm"], targets: ["wgsl"], types: false } as const;
  expect(defineConfig(config)).toBe(config);
  // @ts-expect-error The field is called `targets`.
  defineConfig({ target: ["wgsl"] });
  // @ts-expect-error There is no such target.
  defineConfig({ targets: ["wgls"] });
});

test("a config outside the project is not run", async () => {
  using folder = folderWith({
    "norm.config.json": '{ "out": "a" }',
    "project/package.json": "{}",
    "project/norms/a.norm": "",
    "alone/a.norm": "",
  });
  for (const inside of ["project/norms", "alone"]) {
    const { path, config } = await loadConfig(join(folder.path, inside));
    expect({ path, config }).toEqual({ path: undefined, config: {} });
  }
});

/** The code, the place as line and column, what is said, and the note or the fix. */
async function mistakes(text: string, name = "norm.config.ts"): Promise<readonly (readonly unknown[])[]> {
  using folder = folderWith({ [name]: text, "broken.ts": "export const a = 1;\nexport const b = ;\n" });
  const { config, diagnostics } = await loadConfig(folder.path);
  expect(config).toEqual({});
  return renderJson(diagnostics).map(({ code, message, path, start, note, fix }) => {
    const file = path.split("/").at(-1);
    return [code, `${file}:${start.line}:${start.column}`, message, fix?.replacement ?? note];
  });
}

const unknown = "the config cannot be loaded";

test.each([
  [
    "export default {\n  specs: [1\n  out: 2 };",
    [["N620", "norm.config.ts:3:3", `${unknown}: Unexpected token, expected ","`, null]],
  ],
  [
    "interface A { a: number;\n b: number }\nconst a: A = JSON.parse('{}');\nexport default { out: a.b.toFixed() };",
    [
      [
        "N620",
        "norm.config.ts:4:1",
        `${unknown}: Cannot read properties of undefined (reading 'toFixed')`,
        null,
      ],
    ],
  ],
  ['throw "no";', [["N620", "norm.config.ts:1:1", `${unknown}: no`, null]]],
  [
    'import { a } from "./nope";\nexport default { out: a };',
    [["N620", "norm.config.ts:1:20", `${unknown}: Cannot find module './nope'`, null]],
  ],
  [
    'import { a } from "./broken";\nexport default { out: a };',
    [["N620", "broken.ts:2:18", `${unknown}: Unexpected token`, null]],
  ],
  [
    "export default {\n  targest: [] };",
    [["N621", "norm.config.ts:2:3", "the config has no field `targest`", "targets"]],
  ],
  [
    "export default { gradients: {\n backwards: true } };",
    [["N621", "norm.config.ts:2:2", "`gradients` has no field `backwards`", "backward"]],
  ],
  [
    'export default {\n targets: ["wgls"] };',
    [["N622", "norm.config.ts:2:13", '`targets`: expected "wgsl" or "glsl" or "wasm", given "wgls"', "wgsl"]],
  ],
  [
    'export default { specs: "a.norm" };',
    [
      [
        "N622",
        "norm.config.ts:1:18",
        '`specs`: expected an array of strings, given "a.norm"',
        'write ["a.norm"]',
      ],
    ],
  ],
  [
    "export default { dtypes: [] };",
    [["N622", "norm.config.ts:1:18", "`dtypes`: expected at least one, given an empty array", null]],
  ],
  [
    'export default { layouts: ["x:N"] };',
    [
      [
        "N622",
        "norm.config.ts:1:29",
        '`layouts`: expected AXIS,AXIS,… or TENSOR=AXIS,AXIS,…, given "x:N"',
        null,
      ],
    ],
  ],
  [
    'export default { gradients: { backward: false, save: "stats" } };',
    [
      [
        "N622",
        "norm.config.ts:1:48",
        "`gradients.save` saves values for backward passes, and `gradients.backward` is false",
        null,
      ],
    ],
  ],
  [
    "export default () => ({});",
    [
      [
        "N622",
        "norm.config.ts:1:1",
        expect.stringMatching(/^the config: expected an object with .*, given a function$/),
        null,
      ],
    ],
  ],
])("%s", async (text, found) => {
  expect(await mistakes(text)).toEqual(found);
});

test("a mistake in JSON has its place", async () => {
  expect(await mistakes('{\n  "out": "a",\n}', "norm.config.json")).toEqual([
    ["N620", "norm.config.json:3:1", `${unknown}: Expected double-quoted property name in JSON`, null],
  ]);
});

test("specs are paths, patterns, patterns to leave out, and names of shipped norms", async () => {
  const specs = ["norms/b.norm", "norms/**/*.norm", "!norms/old/**", "GroupNorm", "group_norm"];
  const files = ["norms/b.norm", "norms/a.norm", "norms/old/c.norm", "norms/node_modules/x/d.norm"];
  using folder = folderWith({
    "norm.config.json": JSON.stringify({ specs }),
    ...Object.fromEntries(files.map((one) => [one, ""])),
  });
  const { paths, diagnostics } = await findSpecs(await loadConfig(folder.path));
  expect(diagnostics).toEqual([]);
  const [b, a, shipped, ...more] = paths;
  expect([b, a, more]).toEqual([join(folder.path, "norms/b.norm"), join(folder.path, "norms/a.norm"), []]);
  expect(shipped).toMatch(/library.group_norm\.norm$/);

  // A path or a pattern from the root of the disk is none of a folder of that name in the project.
  const all = [join(folder.path, "norms/b.norm"), join(folder.path, "norms/*.norm")];
  writeFileSync(join(folder.path, "norm.config.json"), JSON.stringify({ specs: all }));
  const absolute = await findSpecs(await loadConfig(folder.path));
  expect(absolute).toMatchObject({ paths: [b, a], diagnostics: [], folders: [join(folder.path, "norms")] });

  using wrong = folderWith({ "norm.config.json": JSON.stringify({ specs: ["norms/*.norm", "GrupNorm"] }) });
  const found = (await findSpecs(await loadConfig(wrong.path))).diagnostics;
  expect(renderJson(found).map(({ start }) => start.column)).toEqual([12, 27]);
  expect(found.map(({ code, message, note }) => [code, message, note])).toEqual([
    ["N623", "`specs`: there is no file for `norms/*.norm`", undefined],
    ["N623", "`specs`: there is no file for `GrupNorm`", "did you mean `GroupNorm`?"],
  ]);
});

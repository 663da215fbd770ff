/** `normc init`, in an empty folder and in projects at hand. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planInit } from "../../src/tools/cli/commands/init-files.ts";
import { ended, normc, root, temporaryFolder } from "./normc.ts";

interface Init {
  readonly written: string[];
  readonly out: string;
  readonly files: string[];
  readonly run: { readonly norm: string; readonly y: number[] };
}

test("in an empty folder: a spec, a config and a script, built and run", async () => {
  using folder = temporaryFolder();
  const { code, out, err } = await normc(["init", "--json"], folder.path);
  expect({ code, err: err.replaceAll(/^Warning: .*\n?/gm, "") }).toEqual({ code: 0, err: "" });
  const { written, files, run } = JSON.parse(out) as Init;
  expect(written).toEqual(["norms/my_norm.norm", "norm.config.ts", "package.json"]);
  expect(files).toContain("my_norm.js");
  expect(run.norm).toBe("MyNorm");
  // x / sqrt(mean(x^2)) of 1, 2, 3, 4 and of the same times ten.
  const rms = Math.sqrt(7.5);
  for (const [i, y] of run.y.entries()) expect(y).toBeCloseTo(((i % 4) + 1) / rms, 5);
  expect(run.y).toHaveLength(8);

  // The script works, and its modules need the package alone.
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(root, join(folder.path, "node_modules/normc"));
  const checked = await normc(["fmt", "--check"], folder.path);
  expect(checked).toEqual({ code: 0, out: "", err: "" });
  const again = await normc(["build"], folder.path);
  expect(again.err).toContain("generated: 0 files written");
  const use = 'import { MyNorm } from "./generated/my_norm.js"; console.log(typeof MyNorm.create);';
  writeFileSync(join(folder.path, "use.js"), use);
  const ran = await ended(process.execPath, ["--conditions=source", "use.js"], folder.path);
  expect(ran.out).toBe("function\n");

  const before = readFileSync(join(folder.path, "package.json"), "utf8");
  const second = await normc(["init"], folder.path);
  expect(second.code).toBe(1);
  expect(second.err.match(/^error\[N624\].*$/gm)).toEqual([
    "error[N624]: `norms/my_norm.norm` is there already",
    "error[N624]: `norm.config.ts` is there already",
    "error[N624]: package.json has a script `norms` already",
  ]);
  expect(readFileSync(join(folder.path, "package.json"), "utf8")).toBe(before);
});

test("in a TypeScript project: what is there stays as it is laid out", async () => {
  using folder = temporaryFolder();
  const own =
    '{\n\t"name": "mine",\n\t"scripts": {\n\t\t"test": "x"\n\t},\n\t"devDependencies": {\n\t\t"typescript": "*"\n\t}\n}';
  writeFileSync(join(folder.path, "package.json"), own);
  mkdirSync(join(folder.path, "src"));
  const { code, out } = await normc(["init"], folder.path);
  expect(code).toBe(0);
  expect(out).toContain(
    "wrote norms/my_norm.norm\nwrote norm.config.ts\nwrote package.json (the script `norms`)\n",
  );
  expect(out).toMatch(/MyNorm of x = \[1, 2, 3, 4, 10, 20, 30, 40\] on .*:\n {2}y = \[0\.3651, 0\.7303, /);
  expect(readFileSync(join(folder.path, "package.json"), "utf8")).toBe(
    own.replace('"x"\n', '"x",\n\t\t"norms": "normc build"\n'),
  );
  expect(existsSync(join(folder.path, "src/generated/my_norm.ts"))).toBe(true);
});

test.each([
  ["package.json", "no JSON", "package.json is not that of a package"],
  ["package.json", '{ "scripts": [] }', "package.json is not that of a package"],
  ["package.json", '{ "scripts": { "norms": "mine" } }', "package.json has a script `norms` already"],
  ["norm.config.json", "{}", "`norm.config.json` is there already"],
])("%s with %s is in the way: nothing is written", (path, text, message) => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, path), text);
  expect(() => planInit(folder.path)).toThrow(message);
  expect(readdirSync(folder.path)).toEqual([path]);
  expect(readFileSync(join(folder.path, path), "utf8")).toBe(text);
});

test.each([
  ['{ "type": "module" }', false],
  // As `npm init` and as `npm install` write it.
  ['{ "type": "commonjs" }', true],
  ["{}", true],
  ['{ "devDependencies": { "typescript": "7" } }', false],
])("Node needs another type in %s: %s", (text, needsType) => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "package.json"), text);
  expect(planInit(folder.path).needsType).toBe(needsType);
});

test("a folder inside a package, and a file where a folder is needed", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "package.json"), "{}");
  mkdirSync(join(folder.path, "src"));
  writeFileSync(join(folder.path, "src/a.js"), "");
  const inside = await normc(["init"], join(folder.path, "src"));
  expect(inside.err).toContain("error[N624]: this folder has no package.json, and one above it has");
  writeFileSync(join(folder.path, "norms"), "");
  const file = await normc(["init"], folder.path);
  expect(file.err).toContain("error[N005]: cannot make the folder");
  expect(readdirSync(folder.path).sort()).toEqual(["norms", "package.json", "src"]);
  expect(readFileSync(join(folder.path, "package.json"), "utf8")).toBe("{}");
});

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ended, root, temporaryFolder } from "./normc.ts";

const folder = temporaryFolder();
const packed = join(folder.path, "node_modules/normc");

/** What `npm pack` would put into the tarball, laid where npm would install it; dependencies are this checkout's. */
beforeAll(async () => {
  const { code, out, err } = await ended("npm", ["pack", "--dry-run", "--json", "--silent"], root);
  expect(code, err).toBe(0);
  const parsed: unknown = JSON.parse(out.slice(out.search(/^[[{]/m)));
  const [tarball] = Object.values(parsed as Record<string, { files: { path: string }[] }>);
  for (const { path } of tarball?.files ?? []) {
    mkdirSync(dirname(join(packed, path)), { recursive: true });
    cpSync(join(root, path), join(packed, path));
  }
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name.startsWith(".")) continue;
    symlinkSync(join(root, "node_modules", name), join(folder.path, "node_modules", name));
  }
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

test("both entries can be imported; the runtime brings nothing of the compiler", async () => {
  const script = `
    const { compile, build, format, version } = await import("normc");
    const spec = "norm A { axes N\\n input x[N]\\n y = x * 2\\n output y }";
    const { norms } = await compile(spec);
    const { createNorm } = await import("normc/runtime");
    const text = (await build(spec, { path: "a.norm" })).files.get("a.ts");
    const facts = [norms[0].name, typeof createNorm, typeof format, version, text.includes("AOptions")];
    console.log(JSON.stringify(facts));`;
  writeFileSync(join(folder.path, "use.mjs"), script);
  const { out, err } = await ended(process.execPath, ["use.mjs"], folder.path);
  expect(err).toBe("");
  expect(JSON.parse(out)).toEqual(["A", "function", "function", expect.any(String), true]);
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

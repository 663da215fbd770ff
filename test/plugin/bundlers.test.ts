/** The same entry, built by each bundler. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, SourceMap } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../cli/normc.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { bundlers, type Told } from "./bundlers.ts";
import { centered, projectOf } from "./project.ts";

const spec = `import { changed } from "./changed.norm"\n${centered().replace(/\((x - .*\))\)/, "changed($1)")}`;
const project = projectOf({
  "main.js": `export { Centered } from "./centered.norm";
export { Centered as Gathered } from "./centered.gpujs.norm";
`,
  "centered.norm": spec,
  "changed.norm": "fn changed(v) = v\n",
});
const bothTargets = { targets: ["wgsl", "glsl"], types: false } as const;

/** Webpack reads no TypeScript: the runtimes of the package as it is installed, in JavaScript. */
beforeAll(async () => {
  project.unlink("node_modules/normc");
  const input = { runtime: "webgpu", gpujs: "gpujs" };
  const files = Object.entries(input).map(([name, at]) => [name, join(root, `src/runtime/${at}/index.ts`)]);
  const made = await rolldown({ input: Object.fromEntries(files), platform: "browser", logLevel: "silent" });
  await made.write({ dir: join(project.path, "node_modules/normc") });
  await made.close();
  const exports = { "./runtime": "./runtime.js", "./gpujs": "./gpujs.js" };
  project.write({
    "node_modules/normc/package.json": JSON.stringify({ name: "normc", type: "module", exports }),
  });
}, 60_000);
afterAll(() => project[Symbol.dispose]());

const devices = await openTestDevices();
const device = devices.find((one) => /llvmpipe/.test(one.name))?.device ?? devices[0]?.device;
afterAll(() => closeTestDevices(devices));

/** Vitest's own import would load chunks in its way. */
project.write({ "import.cjs": "module.exports = (url) => import(url);" });
const importByNode = createRequire(import.meta.url)(join(project.path, "import.cjs"));

const outOf = (name: string): string => join(project.path, "out", name);
const textOf = (name: string, file: string): string => readFileSync(join(outOf(name), file), "utf8");
const scripts = (name: string): string[] => readdirSync(outOf(name)).filter((one) => /\.m?js$/.test(one));
const mainOf = (name: string): string => scripts(name).find((one) => one.startsWith("main."))!;

describe.each(Object.entries(bundlers))("%s", (name, { build, watch }) => {
  it("makes chunks of what is loaded on demand, and takes nothing of the compiler", async () => {
    expect(await build({ root: project.path, out: outOf(name), options: bothTargets })).toBe("");
    const main = textOf(name, mainOf(name));
    expect(main).toContain("Centered");
    // Only kernels of the backward pass write the gradient.
    expect(main).not.toContain("d_x_at");
    expect(main).not.toContain("store_d_x");
    const chunks = scripts(name).filter((one) => one !== mainOf(name));
    const later = chunks.map((one) => textOf(name, one)).filter((text) => text.includes("d_x"));
    expect(later.length).toBeGreaterThan(1);
    for (const one of scripts(name)) expect(textOf(name, one)).not.toMatch(/chevrotain|ts-morph|N301/);
  });

  it("leads from the code to the spec", () => {
    // Rollup's main file only exports what others hold.
    const holder = scripts(name).find((one) => /^\s*create\(device, options\)/m.test(textOf(name, one)))!;
    const lines = textOf(name, holder).split("\n");
    const line = lines.findIndex((one) => /^\s*create\(device, options\)/.test(one));
    const map = new SourceMap(JSON.parse(textOf(name, `${holder}.map`)));
    const entry = map.findEntry(line, lines[line]!.indexOf("create"));
    if (!("originalLine" in entry)) throw new Error(`${name} maps line ${line} to nothing`);
    expect(entry.originalSource).toMatch(/centered\.norm(?:\?\w+)?$/);
    expect(spec.split("\n")[entry.originalLine]).toBe("norm Centered {");
  });

  it.runIf(device !== undefined)("makes code that runs", async () => {
    const { Centered, Gathered } = await importByNode(pathToFileURL(join(outOf(name), mainOf(name))).href);
    const x = Float32Array.of(1, 3, 5, 9);
    const norm = await Centered.create(device, { x: [2, 2] });
    expect([...(await norm.run({ x })).y]).toEqual([-1, 1, -2, 2]);
    const backward = await Centered.createBackward(device, { x: [2, 2] });
    expect([...(await backward.run({ x, d_y: [1, 0, 0, 1] })).d_x]).toEqual([0.5, -0.5, -0.5, 0.5]);
    expect(Gathered.create).toBeTypeOf("function");
  });

  it.runIf(watch !== undefined)(
    "builds again when an imported spec changes, and says what is wrong",
    async () => {
      const told: Told[] = [];
      let wake = (): void => {};
      const end = await watch!(
        { root: project.path, out: outOf(`${name}-watch`), options: bothTargets },
        (one) => {
          told.push(one);
          wake();
        },
      );
      const until = async (reached: (last: Told) => boolean): Promise<Told> => {
        for (;;) {
          const last = told.at(-1);
          if (last !== undefined && reached(last)) return last;
          await new Promise<void>((done) => {
            wake = done;
          });
        }
      };
      try {
        await until((last) => last === "");
        project.write({ "changed.norm": "fn changed(v) = v *\n  w\n" });
        expect(await until((last) => last !== "")).toContain("there is nothing called `w`");
        project.write({ "changed.norm": "fn changed(v) = v * 2\n" });
        await until((last) => last === "");
        const count = told.length;
        project.write({ "notes.txt": name });
        await new Promise((done) => setTimeout(done, 200));
        expect(told).toHaveLength(count);
      } finally {
        await end();
        project.write({ "changed.norm": "fn changed(v) = v\n" });
      }
    },
  );

  it("names the place of a mistake", async () => {
    project.write({ "changed.norm": "fn changed(v) = v *\n  w\n" });
    const said = await build({ root: project.path, out: outOf(`${name}-wrong`), options: bothTargets });
    project.write({ "changed.norm": "fn changed(v) = v\n" });
    expect(said).toContain("there is nothing called `w`");
    expect(said).toMatch(/changed\.norm:2:[23]/);
  });

  it("builds what is configured", async () => {
    const out = outOf(`${name}-forward`);
    const options = { ...bothTargets, gradients: { backward: false } };
    expect(await build({ root: project.path, out, options })).toBe("");
    for (const one of scripts(`${name}-forward`))
      expect(textOf(`${name}-forward`, one)).not.toContain("d_x_at");
    const wrong = await build({ root: project.path, out, options: { targets: ["wgsl"], types: false } });
    expect(wrong).toContain("this spec is imported for gpu.js");
    project.write({ "tuning.json": "no" });
    const untuned = await build({
      root: project.path,
      out,
      options: { ...options, tuning: join(project.path, "tuning.json") },
    });
    expect(untuned).toContain("tuning.json is not a tuning file");
  });
});

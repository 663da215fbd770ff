/** Names that mean something to a target are names like any other: the namer finds a legal one for each. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { awkwardGraphs, awkwardTrial } from "../support/awkward-names.ts";
import { worstOf } from "../support/compare.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";

/** The spec that it was at when it had to be stopped; "all" where it ended. */
function compileAll(): Promise<string | undefined> {
  const script = fileURLToPath(new URL("compile-names.ts", import.meta.url));
  return new Promise((resolve) => {
    const options = { timeout: 30_000 };
    execFile(process.execPath, ["--conditions=source", script], options, (_, out) =>
      resolve(out.trim().split("\n").at(-1)),
    );
  });
}

// Before anything else: a namer that does not end would stop this process too, and no timeout of a test.
beforeAll(async () => expect(await compileAll()).toBe("all"), 40_000);

describe.each(awkwardGraphs())("$names", ({ graph }) => {
  it("has legal names in GLSL and JavaScript", () => {
    const { draws } = compileGather(graph).program;
    for (const { whole, split } of draws) {
      for (const { glsl, js, reads, constants } of [whole, ...(split ? [split.part, split.merge] : [])]) {
        expect(() => new Function(`return ${js}`)).not.toThrow();
        const given = [...constants, ...reads].map((one) => one.name);
        const accessors = reads.flatMap((one) => Object.values(one.accessors));
        const declared = [...glsl.matchAll(/\b(?:float|int|bool) (\w+)/g)].map(([, name]) => name!);
        for (const name of [...given, ...accessors, ...declared]) {
          expect(name).not.toMatch(/^gl_|^webgl_|__|^user_|^constants_|^bitwise|^get[MVFI]|^\d/);
        }
        expect(new Set([...given, ...accessors]).size).toBe(given.length + accessors.length);
      }
    }
  });

  it("compiles for WGSL, two underscores at the beginning of no name", () => {
    const { program } = compileGraph(graph);
    for (const { wgsl } of program.kernels.flatMap((one) => one.shaders)) expect(wgsl).not.toMatch(/\b__/);
  });

  it.each(nodeBackends)("computes what the spec says on %s", async (backend) => {
    const trial = awkwardTrial(graph);
    const worst = worstOf(await runOnGpuJs(trial, backend), trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });
});

// Long rows are in parts on webasm: what these add up to must not lie where a tensor does.
it.each(["stats_1", "stats_1_parts", "stat_3"])(
  "an input can be called %s beside what is made on the way",
  async (name) => {
    const [{ graphs }] = checkText({
      path: "names.norm",
      text: `norm Z { axes N, D input ${name}[N, D] y = ${name} - mean(${name} over D) output y }`,
    });
    const trial = { graph: graphs[0]!, dims: { [name]: [2, 2048] }, feeds: { [name]: normals(1, 4096, 3) } };
    for (const backend of nodeBackends) {
      const worst = worstOf(await runOnGpuJs(trial, backend), trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    }
  },
);

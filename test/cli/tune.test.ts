/** `normc tune` from the command line: the file it writes, what it does not measure again, what modules take of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { version } from "../../src/program/compiler-version.ts";
import { parseTuning, printTuning } from "../../src/tuning/file/tuning-file.ts";
import { programHash } from "../../src/tuning/file/tuning-key.ts";
import { graphOf } from "../support/library.ts";
import { normc, temporaryFolder } from "./normc.ts";

// The time is up at once, however fast the machine is: the default and one candidate are timed.
const budget = ["--budget", "1ms"];
const layer = ["tune", "LayerNorm", ...budget];

describe("normc tune", () => {
  it("measures, reports, and measures nothing when it is asked again", async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, "tuning.json");
    const report = join(folder.path, "report.html");
    const words = [...layer, "--shape", "N=64,D=256; N=8,D=1024", "--out", out, "--json"];
    const first = await normc([...words, "--report", report]);
    expect(first.code, first.err).toBe(0);
    const { results } = JSON.parse(first.out);
    expect(results).toHaveLength(2);
    for (const one of results) {
      expect(one).toMatchObject({ spec: "LayerNorm", fresh: false });
      expect(one.ms).toBeLessThanOrEqual(one.defaultMs);
      expect(one.measured).toBe(2);
      expect(one.space).toBeGreaterThan(10);
    }
    const page = readFileSync(report, "utf8");
    expect(page.match(/<rect /g)!.length).toBeGreaterThan(2);
    // No request leaves the page.
    expect(page).not.toMatch(/(src|href)=|url\(|@import|<script/);

    const text = readFileSync(out, "utf8");
    const again = await normc(words);
    expect(JSON.parse(again.out).results.every((one: { fresh: boolean }) => one.fresh)).toBe(true);
    expect(readFileSync(out, "utf8")).toBe(text);

    writeFileSync(out, text.replace(/"hash": "\w+"/, '"hash": "0"'));
    const stale = await normc(words);
    expect(stale.err).toContain("is ignored: it belongs to other kernels");
    expect(JSON.parse(stale.out).results.every((one: { fresh: boolean }) => !one.fresh)).toBe(true);
  }, 180_000);

  it("says at once which shape is too large for the device, and tunes the others", async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, "tuning.json");
    // 2^32 elements and more: no device allows that.
    const shape = "N=3000000,D=2000; N=8,D=64";
    const { code, out: text, err } = await normc([...layer, "--shape", shape, "--out", out, "--json"]);
    expect(err).toMatch(/not tuned: LayerNorm N=3000000 D=2000: N508: tensor x/);
    expect(code).toBe(3);
    expect(JSON.parse(text).results).toHaveLength(1);
  }, 20_000);

  it("compares what can be kept for the backward pass, and does not measure it again", async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, "tuning.json");
    const words = ["tune", "WeightStandardization", "--shape", "O=8,F=4x3x3", "--save", "each"];
    const command = [...words, ...budget, "--out", out, "--json"];
    const first = await normc(command);
    expect(first.code, first.err).toBe(0);
    const { steps, results } = JSON.parse(first.out);
    expect(Object.keys(steps[0].ms).sort()).toEqual(["none", "output", "stats"]);
    // Each backward pass was held against the oracle with what its forward pass kept.
    expect(results.map(({ spec }: { spec: string }) => spec)).toEqual([
      "WeightStandardization",
      "WeightStandardization.d_w from w",
      "WeightStandardization.saving",
      "WeightStandardization.d_w from saved,w",
      "WeightStandardization.d_w from saved,y",
    ]);
    const text = readFileSync(out, "utf8");
    const again = await normc(command);
    expect(JSON.parse(again.out).steps).toEqual(steps);
    expect(readFileSync(out, "utf8")).toBe(text);
  }, 180_000);

  it("says what cannot be kept", async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, "tuning.json");
    const words = [...layer, "--shape", "N=4,D=8", "--out", out];
    const { code, err } = await normc([...words, "--save", "output"]);
    expect(code).toBe(1);
    expect(err).toContain("N516");
  });

  it("joins the parts of a shard", async () => {
    using folder = temporaryFolder();
    const paths = ["a", "b"].map((name) => join(folder.path, `${name}.json`));
    for (const [i, path] of paths.entries()) {
      const shape = "N=16,D=64; N=32,D=64";
      const { code, err } = await normc([...layer, "--shape", shape, "--shard", `${i + 1}/2`, "--out", path]);
      expect(code, err).toBe(0);
    }
    const joined = join(folder.path, "all.json");
    expect((await normc(["tune", "--merge", ...paths, "--out", joined])).code).toBe(0);
    const [adapter] = parseTuning(readFileSync(joined, "utf8")).adapters.values();
    expect([...adapter!.programs.get("LayerNorm")!.results.keys()]).toEqual([
      "f32 N<=16 D<=64 by 4",
      "f32 N<=32 D<=64 by 4",
    ]);
  }, 180_000);

  it.each([
    [["tune"], /nothing to tune/],
    [["tune", "LayerNorm"], /--shape is missing/],
    [["tune", "LayerNorm", "--shape", "N=1,D=8", "--budget", "soon"], /--budget: expected a time/],
    [["tune", "LayerNorm", "--shape", "N=1,D=8", "--shard", "3/2"], /--shard: expected I\/N/],
    [["tune", "LayerNorm", "--shape", "N=1"], /extent of axis D is missing/],
  ])("says what is wrong with %j", async (words, reason) => {
    const { code, err } = await normc(words);
    expect(code).toBe(2);
    expect(err).toMatch(reason);
  });

  it("refuses a file that is no tuning file", async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, "tuning.json");
    writeFileSync(out, '{"version": 3}');
    const { code, err } = await normc([...layer, "--shape", "N=1,D=8", "--out", out]);
    expect(code).toBe(1);
    expect(err).toMatch(/is not a tuning file: version: expected 1/);
  });
});

describe("normc build --tuning", () => {
  it("puts the choices into modules that have some, changes no other, and sees that the file changed", async () => {
    using folder = temporaryFolder();
    const tuning = join(folder.path, "tuning.json");
    const hash = await hashOfLayerNorm();
    const choice = {
      lanes: 4,
      rows: 16,
      subgroup: 1,
      together: 1,
      columns: false,
      residency: "reload",
      parts: 1,
      chunks: 1,
    } as const;
    const facts = {
      vendor: "acme",
      architecture: "fast",
      device: "",
      driver: "",
      features: [],
      subgroups: [1, 1],
    } as const;
    const result = {
      choices: new Map([["y", choice]]),
      at: "N=4 D=8",
      ms: 1,
      defaultMs: 2,
      measured: 3,
      space: 20,
    };
    const results = new Map([["f32 N<=4 D<=8 by 4", result]]);
    const programs = new Map([["LayerNorm", { ...hash, results }]]);
    const text = printTuning({ adapters: new Map([["acme", { facts, programs }]]) });
    writeFileSync(tuning, text);
    const build = async (to: string, more: readonly string[] = []): Promise<void> => {
      const words = ["build", "library/layer_norm.norm", "--out", to, "--no-backward", ...more];
      expect((await normc(words)).code).toBe(0);
    };
    const out = join(folder.path, "with");
    const plain = join(folder.path, "plain");
    await build(out, ["--tuning", tuning]);
    await build(plain);
    const dense = (folder: string): string =>
      readFileSync(join(folder, "layer_norm.ts"), "utf8").replace(/\s+/g, "");
    const [without, tuned] = [dense(plain), dense(out)];
    const added = [...tuned.matchAll(/,tuned:async\(\)=>\(.*?\),?(?=\},?\])/g)].map(([one]) => one);
    expect(added).toHaveLength(1);
    expect(added[0]).toContain("y:{lanes:4,rows:16}");
    expect(tuned.replace(added[0]!, ",")).toBe(without);

    // The spec and the options are as they were, and in the cache.
    writeFileSync(tuning, text.replace(/("rows": ?)16/, "$18"));
    await build(out, ["--tuning", tuning]);
    expect(dense(out)).toContain("y:{lanes:4,rows:8}");
  }, 60_000);
});

/** As `normc tune` itself files it: the test of tuning in the background holds that. */
async function hashOfLayerNorm(): Promise<{ hash: string; compiler: string }> {
  return { hash: await programHash(compileGraph(graphOf("LayerNorm")).program), compiler: version };
}

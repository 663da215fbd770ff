/** Several builds into one folder, as the lines of a Makefile have them. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { centered, normc, temporaryFolder } from "./normc.ts";

interface Result {
  readonly written: string[];
  readonly deleted: string[];
  readonly kept: string[];
  readonly gone: string[];
}

test("builds that share a folder keep each other's files, until a spec is gone", async () => {
  using folder = temporaryFolder();
  const at = (path: string): string => join(folder.path, path);
  const build = async (...words: string[]): Promise<Result> => {
    const { out, err } = await normc(
      ["build", ...words, "--no-backward", "--out", "gen", "--json"],
      folder.path,
    );
    expect(err).toBe("");
    return JSON.parse(out) as Result;
  };
  const texts = (): Record<string, string> =>
    Object.fromEntries(readdirSync(at("gen")).map((one) => [one, readFileSync(at(`gen/${one}`), "utf8")]));
  for (const name of ["A", "B"])
    writeFileSync(at(`${name.toLowerCase()}.norm`), centered.replace("Centered", name));

  await build("b.norm");
  expect(await build("a.norm")).toMatchObject({ deleted: [], kept: ["b.norm"], gone: [] });
  await build("Softmax");
  const all = texts();
  expect(Object.keys(all)).toEqual(expect.arrayContaining(["a.ts", "b.ts", "softmax.ts"]));
  // Whichever comes last, nothing is left to write.
  for (const one of ["b.norm", "a.norm"]) expect((await build(one)).written).toEqual([]);
  expect(texts()).toEqual(all);
  // A build of all of them at once lists the same.
  const once = await build("b.norm", "a.norm", "Softmax");
  expect(once).toMatchObject({ deleted: [], kept: [] });
  expect(JSON.parse(texts()["manifest.json"]!)).toEqual(JSON.parse(all["manifest.json"]!));

  renameSync(at("b.norm"), at("c.norm"));
  const renamed = await normc(["build", "c.norm", "--no-backward", "--out", "gen"], folder.path);
  expect(renamed.err).toContain("2 deleted\ndeleted what was made of b.norm: not there any more\n");
  expect(renamed.err).toContain("kept what other builds made of a.norm, normc/library/softmax.norm; --prune");
  expect(Object.keys(texts()).filter((one) => one.startsWith("b."))).toEqual([]);
  const lock = JSON.parse(texts()["normc.lock.json"]!) as { kernels: object };
  expect(Object.keys(lock.kernels)).toEqual(["a.norm", "c.norm", "softmax.norm"]);

  const pruned = await build("c.norm", "--prune");
  expect(pruned.kept).toEqual([]);
  expect(pruned.deleted).toEqual(expect.arrayContaining(["a.ts", "softmax.ts"]));
  expect(Object.keys(texts()).filter((one) => !one.startsWith("c."))).toEqual([
    "manifest.json",
    "normc.lock.json",
  ]);
});

test("what another build made is not overwritten, and what somebody wrote into the manifest is not trusted", async () => {
  using folder = temporaryFolder();
  const build = (spec: string): ReturnType<typeof normc> =>
    normc(["build", spec, "--no-backward", "--out", "gen"], folder.path);
  const at = (path: string): string => join(folder.path, path);
  writeFileSync(at("a.norm"), centered);
  await build("a.norm");
  rmSync(at("gen/a.variants.ts"));
  renameSync(at("a.norm"), at("b.norm"));
  writeFileSync(at("a.norm"), centered);
  const manifest = JSON.parse(readFileSync(at("gen/manifest.json"), "utf8")) as {
    compiler: string;
    sources: { path: string; files: string[] }[];
  };
  // As if `b.norm` had made the files of `a.norm`, with another version.
  manifest.sources[0]!.path = "../b.norm";
  manifest.compiler = "0.0.1";
  manifest.sources.push({ path: "../nowhere", files: ["../b.norm"] }, { path: "../a.norm" } as never);
  const hostile = JSON.stringify(manifest);
  writeFileSync(at("gen/manifest.json"), hostile);
  const clash = await build("a.norm");
  expect(clash.err).toContain("b.norm (an earlier build) and a.norm would both make a.ts");
  expect(clash.code).toBe(1);
  expect(readFileSync(at("gen/manifest.json"), "utf8")).toBe(hostile);

  writeFileSync(at("c.norm"), centered.replace("Centered", "C"));
  const other = await build("c.norm");
  expect(other.code).toBe(0);
  const { sources } = JSON.parse(readFileSync(at("gen/manifest.json"), "utf8")) as typeof manifest;
  expect(sources.map((one) => [one.path, "compiler" in one ? one.compiler : "", one.files.length])).toEqual([
    ["../b.norm", "0.0.1", 1],
    ["../c.norm", "", 2],
  ]);
});

test.runIf(process.platform === "linux")("a folder that cannot be made is a coded error", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "a.norm"), centered);
  writeFileSync(join(folder.path, "file"), "");
  for (const out of ["file/sub/deeper", "file", "/proc/nowhere"]) {
    const { code, err } = await normc(["build", "a.norm", "--out", out], folder.path);
    expect(err, out).toMatch(/^error\[N005\]: .* folder/);
    expect(err).toContain(` --> ${out.startsWith("/") ? "/proc/nowhere" : "file"}`);
    expect(code).toBe(1);
  }
});

test("two builds at once into one folder: both are in the manifest", async () => {
  using folder = temporaryFolder();
  const names = ["a", "b", "c"];
  for (const name of names)
    writeFileSync(join(folder.path, `${name}.norm`), centered.replace("Centered", name.toUpperCase()));
  await Promise.all(
    names.map((name) => normc(["build", `${name}.norm`, "--no-backward", "--out", "gen"], folder.path)),
  );
  const { sources } = JSON.parse(readFileSync(join(folder.path, "gen/manifest.json"), "utf8")) as {
    sources: { path: string }[];
  };
  expect(sources.map((one) => one.path)).toEqual(names.map((name) => `../${name}.norm`));
});

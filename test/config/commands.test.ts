/** Commands in a project with a config. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { centered, normc, startNormc, temporaryFolder } from "../cli/normc.ts";

const config = `import { defineConfig } from "normc";

export default defineConfig({
  specs: ["norms/*.norm", "Softmax"],
  out: "gen",
  targets: ["glsl"],
  language: "js",
  gradients: { backward: false },
});
`;

function project(text = config): { readonly path: string; [Symbol.dispose](): void } {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, "norms"));
  writeFileSync(join(folder.path, "package.json"), "{}");
  writeFileSync(join(folder.path, "norm.config.ts"), text);
  writeFileSync(join(folder.path, "norms/centered.norm"), centered);
  return folder;
}

interface Result {
  readonly out: string;
  readonly written: string[];
}

test("build takes files and options of the config, from any folder below; words win", async () => {
  using folder = project();
  const built = await normc(["build", "--json"], join(folder.path, "norms"));
  expect(built.err).toBe("");
  const { out, written } = JSON.parse(built.out) as Result;
  expect(out).toBe("../gen");
  expect(written.sort()).toEqual([
    "centered.gpujs.d.ts",
    "centered.gpujs.js",
    "manifest.json",
    "normc.lock.json",
    "softmax.gpujs.d.ts",
    "softmax.gpujs.js",
  ]);
  const words = ["build", "norms/centered.norm", "--target", "wgsl", "--language", "ts", "--save", "stats"];
  const other = await normc([...words, "--out", "mine", "--json"], folder.path);
  expect((JSON.parse(other.out) as Result).written).toContain("centered.backward.ts");
  expect(existsSync(join(folder.path, "mine/softmax.ts"))).toBe(false);
});

test("check and fmt take the specs of the config, explain its norms by name", async () => {
  using folder = project();
  writeFileSync(
    join(folder.path, "norms/bad.norm"),
    centered.replaceAll("Centered", "Bad").replace("over D", "over E"),
  );
  const checked = await normc(["check"], folder.path);
  expect(checked.err).toContain("norms/bad.norm:7:");
  expect((await normc(["fmt", "--check"], folder.path)).code).toBe(0);
  const explained = await normc(["explain", "Centered", "--json"], folder.path);
  expect(JSON.parse(explained.out)).toMatchObject({ norm: "Centered" });
});

test("types writes nothing beside shipped specs", async () => {
  using folder = project();
  const { out } = await normc(["types", "--json"], folder.path);
  const { written } = JSON.parse(out) as Result;
  expect(written.sort()).toEqual(["norms/centered.gpujs.d.norm.ts", "norms/centered.gpujs.d.norm.ts.map"]);
});

test("run takes the element type of the config", async () => {
  using folder = project('export default { dtypes: ["f16"], specs: ["norms/*.norm"] };');
  const feeds = { feeds: { x: { dims: [1, 2], data: [1.0001, 3] } } };
  writeFileSync(join(folder.path, "feeds.json"), JSON.stringify(feeds));
  const run = async (words: readonly string[]): Promise<unknown> => {
    const all = ["run", "Centered", "--feeds", "feeds.json", "--backend", "oracle", ...words];
    return (JSON.parse((await normc(all, folder.path)).out) as { outputs: unknown }).outputs;
  };
  // In f16, 1.0001 is 1.
  expect(await run([])).toMatchObject({ y: { data: [-1, 1] } });
  expect(await run(["--dtype", "f32"])).not.toMatchObject({ y: { data: [-1, 1] } });
});

test("a mistake in the config ends a command, without a stack trace", async () => {
  using folder = project(config.replace("targets", "targest"));
  const { code, err } = await normc(["build"], folder.path);
  expect(err).toContain("error[N621]: the config has no field `targest`");
  expect(err).toContain("--> norm.config.ts:6:3");
  expect(err).toContain("did you mean `targets`?");
  expect(err).not.toContain("    at ");
  expect(code).toBe(1);
  writeFileSync(
    join(folder.path, "norm.config.ts"),
    'export default { specs: ["norm/*.norm"], out: "gen" };',
  );
  expect((await normc(["build"], folder.path)).err).toContain("error[N623]: `specs`: there is no file");
  writeFileSync(join(folder.path, "norm.config.ts"), "export default {};");
  const nothing = await normc(["build"], folder.path);
  expect(nothing.err).toContain("no files: name .norm files, or list `specs` in norm.config.ts");
  expect(nothing.code).toBe(2);
});

test("--watch sees the config change, and a new spec", async () => {
  using folder = project(config.replace('"glsl"', '"wgsl"'));
  const child = startNormc(["build", "--watch"], folder.path);
  let err = "";
  child.stderr?.on("data", (data) => {
    err += String(data);
  });
  const until = async (done: () => boolean): Promise<void> => {
    for (let i = 0; i < 400 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(done(), err).toBe(true);
  };
  const at = (path: string): string => join(folder.path, path);
  try {
    await until(() => err.includes("waiting for changes"));
    writeFileSync(at("norm.config.ts"), "export default { specs: 1 };");
    await until(() => err.includes("error[N622]"));
    writeFileSync(at("norm.config.ts"), 'export default { specs: ["norms/*.norm"], out: "other" };');
    await until(() => existsSync(at("other/manifest.json")));
    writeFileSync(at("norms/new.norm"), centered.replaceAll("Centered", "New"));
    await until(() => existsSync(at("other/new.ts")));
    const manifest = (): string => readFileSync(at("other/manifest.json"), "utf8");
    await until(() => manifest().includes("../norms/new.norm"));
  } finally {
    child.kill("SIGKILL");
  }
}, 60_000);

/** Builds that find something done already, that run side by side, or that are killed. */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { whileLocked } from "../../src/tools/cli/build/folder-lock.ts";
import { centered, normc, temporaryFolder } from "./normc.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A project with a cache of its own. */
function project(specs: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, "node_modules"));
  writeFileSync(join(folder.path, "package.json"), "{}");
  for (const [name, text] of Object.entries(specs)) writeFileSync(join(folder.path, name), text);
  return folder;
}

const cacheOf = (folder: string): string => join(folder, "node_modules/.cache/normc/built");

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .sort();
}

function textsOf(folder: string): Record<string, string> {
  return Object.fromEntries(filesOf(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function standOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    ["", ...filesOf(folder)].map((name) => {
      const { ino, mtimeMs, ctimeMs } = lstatSync(join(folder, name));
      return [name, `${ino} ${mtimeMs} ${ctimeMs}`];
    }),
  );
}

const imported = `fn doubled(v) = v * 2
norm Helper { axes N, D
  input x[N, D]
  y = x - mean(x over D)
  output y
}
`;
const importing = `import { doubled } from "./helper.norm"

norm User {
  axes  N, D
  input x[N, D]

  y = doubled(x - mean(x over D))

  output y
}
`;

/** Without backward passes: what is built does not matter here, and costs time. */
const words = ["build", "centered.norm", "--out", "out", "--json", "--no-backward"];
const written = (out: string): string[] => JSON.parse(out).written;

describe("a build in which nothing changed", async () => {
  using folder = project({ "centered.norm": centered, "helper.norm": imported, "user.norm": importing });
  const all = ["build", "centered.norm", "user.norm", "--out", "out", "--json", "--no-backward"];
  const first = await normc(all, folder.path);
  const before = standOf(join(folder.path, "out"));
  const loaded = join(folder.path, "loaded.txt");
  const second = await normc(all, folder.path, {
    node: ["--import", path("loaded.ts")],
    env: { ...process.env, LOADED: loaded },
  });
  const after = standOf(join(folder.path, "out"));
  const names = readFileSync(loaded, "utf8");

  // A changed import, with the text of the spec as it was.
  writeFileSync(join(folder.path, "helper.norm"), imported.replace("v * 2", "v * 3"));
  const third = await normc(all, folder.path);

  it("touches no file and not the folder", () => {
    expect(first.code).toBe(0);
    expect(written(second.out)).toEqual([]);
    expect(after).toEqual(before);
  });

  it("loads neither the parser nor the compiler", () => {
    expect(names).toContain("src/tools/cli/build/build.ts");
    for (const one of ["chevrotain", "compile/passes", "language/check/check.ts", "handlebars"]) {
      expect(names).not.toContain(one);
    }
  });

  it("builds those again whose imports changed", () => {
    const modules = written(third.out).filter((one) => one.endsWith(".ts"));
    expect(modules.length).toBeGreaterThan(0);
    expect(modules.every((one) => one.startsWith("user."))).toBe(true);
  });
});

test("an entry of the cache that is damaged is made again, and so is one that is missing", async () => {
  using folder = project({ "centered.norm": centered });
  await normc(words, folder.path);
  const out = join(folder.path, "out");
  const right = textsOf(out);
  const cache = cacheOf(folder.path);
  const damages: ((file: string, text: string) => void)[] = [
    (file, text) => writeFileSync(file, text.replace("var<workgroup>", "var<groupwork>")),
    (file, text) => writeFileSync(file, text.slice(0, text.length / 2)),
    (file) => writeFileSync(file, ""),
    (file) => rmSync(file),
  ];
  for (const damage of damages) {
    for (const name of filesOf(cache)) damage(join(cache, name), readFileSync(join(cache, name), "utf8"));
    rmSync(out, { recursive: true });
    expect((await normc(words, folder.path)).code).toBe(0);
    expect(textsOf(out)).toEqual(right);
  }
});

test("a warning is told again, options make other files, and without a place for a cache all is as before", async () => {
  const warned = centered.replace("output y", "unused = x\n  output y");
  using folder = project({ "centered.norm": warned });
  const run = async (more: readonly string[] = [], env = process.env) =>
    JSON.parse((await normc([...words, ...more], folder.path, { env })).out);
  const codes = async (): Promise<string[]> =>
    (await run()).diagnostics.map((one: { code: string }) => one.code);
  expect(await codes()).toEqual(["N209"]);
  expect(await codes()).toEqual(["N209"]);
  const right = textsOf(join(folder.path, "out"));
  expect((await run(["--emit", "wgsl"])).written).toContain("wgsl/Centered.y.wgsl");
  rmSync(join(folder.path, "node_modules"), { recursive: true });
  await run([], { ...process.env, XDG_CACHE_HOME: join(folder.path, "centered.norm") });
  expect(textsOf(join(folder.path, "out"))).toEqual(right);
});

/** Follows the modules from the main one; throws if one is missing. */
function modulesFrom(folder: string, name: string, found = new Map<string, string>()): Map<string, string> {
  const text = readFileSync(join(folder, name), "utf8");
  // The names under which modules are replaced do not count.
  const plain = (one: string): string => one.replace(/\.next-[0-9a-f]{8}/g, "");
  found.set(plain(name), plain(text));
  for (const [, next] of text.matchAll(/import\("\.\/([^"]*)\.js"\)/g))
    modulesFrom(folder, `${next}.ts`, found);
  return found;
}

test("a killed build leaves the old modules or the new ones; the next one completes it and cleans up", async () => {
  using folder = project({ "centered.norm": centered });
  const out = join(folder.path, "out");
  // With backward passes a spec has modules that load each other.
  const words = ["build", "centered.norm", "--out", "out"];
  await normc(words, folder.path);
  const old = modulesFrom(out, "centered.ts");
  cpSync(out, join(folder.path, "old"), { recursive: true });
  writeFileSync(join(folder.path, "centered.norm"), centered.replace("* scale", "* scale + 1"));
  await normc(words, folder.path);
  const made = modulesFrom(out, "centered.ts");
  const right = textsOf(out);
  const found = { old: 0, made: 0 };
  for (let number = 0; ; number += 3) {
    rmSync(out, { recursive: true });
    cpSync(join(folder.path, "old"), out, { recursive: true });
    const killed = await normc(words, folder.path, {
      node: ["--import", path("killed-at.ts")],
      env: { ...process.env, KILLED_AT: `/out/:${number}` },
    });
    if (killed.code === 0) break;
    const now = [...modulesFrom(out, "centered.ts")].sort();
    const which = JSON.stringify(now) === JSON.stringify([...old].sort()) ? "old" : "made";
    found[which]++;
    if (which === "made") expect(now).toEqual([...made].sort());
    if (number % 4 > 0) continue;
    expect((await normc(words, folder.path)).code).toBe(0);
    expect(textsOf(out)).toEqual(right);
  }
  expect(found.old).toBeGreaterThan(1);
  expect(found.made).toBeGreaterThan(1);
});

test("many specs are made by several threads, and are the same as those of one", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `C${i}`);
  const texts = names.map((name) => [`${name}.norm`, centered.replace("Centered", name)]);
  using folder = project({
    ...Object.fromEntries(texts),
    "wrong.norm": "norm Wrong { axes N\n  output y\n}\n",
  });
  const loaded = join(folder.path, "loaded.txt");
  const run = async (specs: readonly string[], out: string) => {
    const ended = await normc(["build", ...specs, "--out", out, "--no-backward"], folder.path, {
      node: ["--import", path("loaded.ts")],
      env: { ...process.env, LOADED: loaded },
    });
    const names = readFileSync(loaded, "utf8");
    return {
      ...ended,
      inThreads: names.includes("tools/build/threads.ts"),
      made: names.includes("tools/build/make-spec.ts"),
    };
  };
  const specs = texts.map(([name]) => name!);
  const mistaken = await run([...specs, "wrong.norm"], "many");
  expect(mistaken).toMatchObject({ code: 1, inThreads: true, made: false });
  expect(mistaken.err).toMatch(/wrong\.norm:\d+:\d+/);
  // What the threads made is in the cache.
  expect(await run(specs, "many")).toMatchObject({ code: 0, inThreads: false, made: false });
  rmSync(join(folder.path, "node_modules/.cache"), { recursive: true });
  expect(await run(specs.slice(0, 3), "few")).toMatchObject({ code: 0, inThreads: false, made: true });
  const many = textsOf(join(folder.path, "many"));
  const few = Object.entries(textsOf(join(folder.path, "few"))).filter(([name]) => name.endsWith(".ts"));
  expect(few.map(([name]) => name)).toContain("C2.ts");
  for (const [name, text] of few) expect(many[name]).toBe(text);
});

test("two builds at once leave what one of them makes", async () => {
  using folder = project({ "centered.norm": centered, "other.norm": centered.replace("Centered", "Other") });
  const both = ["build", "centered.norm", "other.norm", "--out", "out", "--no-backward"];
  const variants = [both, [...both, "--runtime", "./runtime.js"]];
  const wanted: Record<string, string>[] = [];
  for (const one of variants) {
    await normc(one, folder.path);
    wanted.push(textsOf(join(folder.path, "out")));
  }
  for (let round = 0; round < 2; round++) {
    const ends = await Promise.all([...variants, ...variants].map((one) => normc(one, folder.path)));
    expect(ends.map((one) => [one.code, one.err.includes("defect")])).toEqual(ends.map(() => [0, false]));
    expect(wanted).toContainEqual(textsOf(join(folder.path, "out")));
  }
});

describe("the lock of a folder", () => {
  const nothing = async (): Promise<string> => "written";

  it("of a build that runs is waited for: N630", async () => {
    using folder = temporaryFolder();
    // The parent of this process runs, and is no build.
    writeFileSync(join(folder.path, ".normc.writing"), `${process.ppid} one`);
    await expect(whileLocked(folder.path, nothing, 50)).rejects.toMatchObject({
      diagnostics: [{ code: "N630" }],
    });
    expect(existsSync(join(folder.path, ".normc.writing"))).toBe(true);
  });

  it("of a build that was killed, or that is silent for long, is taken", async () => {
    using folder = temporaryFolder();
    const lock = join(folder.path, ".normc.writing");
    const gone = 2 ** 22 + 1;
    writeFileSync(lock, `${gone} one`);
    expect(await whileLocked(folder.path, nothing, 50)).toBe("written");
    writeFileSync(lock, `${process.ppid} one`);
    utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
    expect(await whileLocked(folder.path, nothing, 50)).toBe("written");
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

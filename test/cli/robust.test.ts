/** Hostile and unlucky circumstances: every failure has a code or says what to do, and no file of the user is harmed. */

import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { replaceText, throughLinks } from "../../src/tools/cli/files/replace-file.ts";
import { centered, type Ended, normc, root, temporaryFolder } from "./normc.ts";

const messy = centered.replaceAll("  ", " ");
const isRoot = process.getuid?.() === 0;

function expectCoded({ code, err }: Ended, expected: string | RegExp, exit = 1): void {
  expect(err).toMatch(expected);
  expect(err).not.toContain("defect of normc");
  expect(err).not.toContain("    at ");
  expect(code).toBe(exit);
}

describe("fmt keeps what is the user's", () => {
  test("links, permissions, CRLF and a byte order mark", async () => {
    using folder = temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    writeFileSync(at("real.norm"), messy);
    chmodSync(at("real.norm"), 0o640);
    symlinkSync("real.norm", at("link.norm"));
    symlinkSync("link.norm", at("far.norm"));
    writeFileSync(at("windows.norm"), `\uFEFF${messy.replaceAll("\n", "\r\n")}`);
    expect(await normc(["fmt", "far.norm", "windows.norm"], folder.path)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(at("real.norm"), "utf8")).toBe(centered);
    expect(statSync(at("real.norm")).mode & 0o777).toBe(0o640);
    expect([readlinkSync(at("far.norm")), readlinkSync(at("link.norm"))]).toEqual(["link.norm", "real.norm"]);
    expect(readFileSync(at("windows.norm"), "utf8")).toBe(`\uFEFF${centered.replaceAll("\n", "\r\n")}`);
    expect(await normc(["fmt", "--check", "far.norm", "windows.norm"], folder.path)).toMatchObject({
      code: 0,
    });
  });

  test("a hard link is separated, a link to nothing makes its file, a circle is refused", () => {
    using folder = temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    writeFileSync(at("one"), "old");
    linkSync(at("one"), at("two"));
    replaceText(throughLinks(at("one")), "new");
    expect([readFileSync(at("one"), "utf8"), readFileSync(at("two"), "utf8")]).toEqual(["new", "old"]);
    symlinkSync("later", at("dangling"));
    replaceText(throughLinks(at("dangling")), "made");
    expect(readFileSync(at("later"), "utf8")).toBe("made");
    expect(lstatSync(at("dangling")).isSymbolicLink()).toBe(true);
    symlinkSync("b", at("a"));
    symlinkSync("a", at("b"));
    expect(() => throughLinks(at("a"))).toThrow("its links lead in a circle");
  });

  test.runIf(isRoot)("the owner stays the owner", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "file");
    writeFileSync(path, "old");
    chownSync(path, 1234, 1235);
    replaceText(path, "new");
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
  });

  // The superuser may write every file.
  test.runIf(!isRoot)(
    "a file that may not be written is refused, though its folder would let it be replaced",
    () => {
      using folder = temporaryFolder();
      const path = join(folder.path, "file");
      writeFileSync(path, "old");
      chmodSync(path, 0o444);
      expect(() => replaceText(path, "new")).toThrow("you may not write it");
      expect(readFileSync(path, "utf8")).toBe("old");
    },
  );
});

test("no output replaces an input, and a place that cannot be written is refused before the work", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "centered.norm"), centered);
  const feeds = JSON.stringify({ feeds: { x: [[1, 3]] } });
  writeFileSync(join(folder.path, "feeds.json"), feeds);
  const run = ["run", "centered.norm", "--feeds", "feeds.json", "--backend", "oracle", "--out"];
  const tune = ["tune", "LayerNorm", "--shape", "N=2,D=4", "--budget", "10m", "--out"];
  const cases: readonly [readonly string[], RegExp, number][] = [
    [[...run, "feeds.json"], /--out feeds.json would replace the feeds/, 2],
    [[...run, "./centered.norm"], /would replace the spec/, 2],
    [[...run, "no/such.json"], /error\[N005\]: cannot write `no\/such.json`/, 1],
    [[...tune, "no/such.json"], /error\[N005\]: cannot write `no\/such.json`: there is no such file/, 1],
    [[...tune, "."], /error\[N005\]: cannot write `\.`: it is a folder/, 1],
    [[...tune, "t.json", "--report", "t.json"], /--report t.json would replace the tuning file/, 2],
    [["tune", "LayerNorm", "--shape", "N=0,D=4", "--out", "t.json"], /nothing to tune/, 2],
    [["bench", "LayerNorm", "--shape", "N=0,D=4"], /nothing to time/, 2],
  ];
  for (const [words, message, exit] of cases) expectCoded(await normc(words, folder.path), message, exit);
  expect(readFileSync(join(folder.path, "feeds.json"), "utf8")).toBe(feeds);
  expect(readdirSync(folder.path).sort()).toEqual(["centered.norm", "feeds.json"]);
}, 60_000);

test("paths that are none: a circle of links, a name of 300 characters, a folder below a file", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "centered.norm"), centered);
  writeFileSync(join(folder.path, "file"), "");
  symlinkSync("b", join(folder.path, "a"));
  symlinkSync("a", join(folder.path, "b"));
  const cases: readonly [string, RegExp][] = [
    ["a", /error\[N0\d\d\]: .*circle/],
    ["x".repeat(300), /error\[N0\d\d\]: .*too long/],
    ["file/sub", /error\[N0\d\d\]: .*(not a folder|may not)/],
  ];
  for (const [out, message] of cases) {
    expectCoded(await normc(["build", "centered.norm", "--out", out], folder.path), message);
  }
  expect(readdirSync(folder.path).sort()).toEqual(["a", "b", "centered.norm", "file"]);
});

test.skipIf(!existsSync("/dev/full"))(
  "standard output on a full disk is an error, and never a trace",
  async () => {
    const run = (words: readonly string[], out: number | "ignore"): Promise<Ended> =>
      new Promise((done) => {
        const node = [
          "--conditions=source",
          "--disable-warning=ExperimentalWarning",
          join(root, "scripts/normc.mjs"),
        ];
        const child = spawn(process.execPath, [...node, ...words], {
          cwd: root,
          stdio: ["ignore", out, "pipe"],
        });
        let err = "";
        child.stderr!.on("data", (data) => {
          err += String(data);
        });
        child.on("close", (code) => done({ code, out: "", err }));
      });
    const full = openSync("/dev/full", "w");
    expectCoded(
      await run(["explain", "Softmax", "--json"], full),
      /error\[N005\]: cannot write standard output: the disk is full/,
    );
    using folder = temporaryFolder();
    const log = join(folder.path, "log");
    writeFileSync(log, "kept\n");
    writeFileSync(join(folder.path, "feeds.json"), JSON.stringify({ feeds: { x: [[1, 1]] } }));
    const words = ["run", "LayerNorm", "--backend", "oracle", "--feeds", join(folder.path, "feeds.json")];
    expect((await run([...words, "--out", "/dev/stdout"], openSync(log, "a"))).code).toBe(0);
    expect(readFileSync(log, "utf8")).toMatch(/^kept\n\{ "backend": "oracle"/);
  },
);

test("a working folder that was deleted", async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, "gone"));
  const inside = `process.chdir(${JSON.stringify(join(folder.path, "gone"))});
    (await import("node:fs")).rmdirSync(process.cwd());
    const { main } = await import(${JSON.stringify(join(root, "src/tools/cli/commands.ts"))});
    process.exitCode = await main(["build", ${JSON.stringify(join(root, "library/softmax.norm"))}, "--out", "o"]);`;
  const node = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "-e",
    inside,
  ];
  const ended = await new Promise<Ended>((done) => {
    const child = spawn(process.execPath, node, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let err = "";
    child.stderr.on("data", (data) => {
      err += String(data);
    });
    child.on("close", (code) => done({ code, out: "", err }));
  });
  expectCoded(ended, /error\[N00\d\]|normc: o is a file or a link to nothing/);
});

test("without the packages webgpu and gpu.js: what is missing, and what to install", async () => {
  using folder = temporaryFolder();
  const hook = join(folder.path, "hook.mjs");
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name !== "webgpu" && name !== "gpu.js") return next(name, context);
      throw Object.assign(new Error("Cannot find package " + name), { code: "ERR_MODULE_NOT_FOUND" });
    } });`,
  );
  writeFileSync(join(folder.path, "feeds.json"), JSON.stringify({ feeds: { x: [[1, 1]] } }));
  const options = { node: ["--import", hook] };
  const run = ["run", "LayerNorm", "--feeds", join(folder.path, "feeds.json"), "--backend"];
  const without =
    /error\[N641\]: no WebGPU device: the package webgpu .* is not installed: npm install webgpu/;
  expectCoded(await normc([...run, "webgpu"], root, options), without, 3);
  const bench = ["bench", "LayerNorm", "--shape", "N=2,D=4", "--backend", "webgpu"];
  expectCoded(await normc(bench, root, options), without, 3);
  expectCoded(
    await normc([...run, "gpujs"], root, options),
    /error\[N517\]: the package gpu.js is not installed/,
    3,
  );
  expect(JSON.parse((await normc([...run, "auto"], root, options)).out)).toMatchObject({ backend: "wasm" });
});

test("where code from strings is forbidden: models are read, gpu.js's cpu says why it cannot", async () => {
  using folder = temporaryFolder();
  const options = { node: ["--disallow-code-generation-from-strings"] };
  // A ModelProto with a graph of one node, `Relu`.
  const node = Buffer.from([0x22, 4, ...Buffer.from("Relu")]);
  const graph = Buffer.from([0x0a, node.length, ...node]);
  writeFileSync(join(folder.path, "model.onnx"), Buffer.from([0x3a, graph.length, ...graph]));
  writeFileSync(join(folder.path, "feeds.json"), JSON.stringify({ feeds: { x: [[1, 1]] } }));
  expect(await normc(["shapes", "model.onnx"], folder.path, options)).toMatchObject({
    code: 0,
    out: "model.onnx has no normalization layer\n",
  });
  const words = ["run", "LayerNorm", "--feeds", "feeds.json", "--backend", "gpujs:cpu"];
  expectCoded(await normc(words, folder.path, options), /code from strings is forbidden/, 3);
});

test("sizes beyond the device and the machine", async () => {
  using folder = temporaryFolder();
  writeFileSync(
    join(folder.path, "feeds.json"),
    JSON.stringify({ feeds: { x: { dims: [1e15, 0], data: [] } } }),
  );
  const words = ["run", "LayerNorm", "--feeds", "feeds.json", "--backend", "oracle"];
  expectCoded(await normc(words, folder.path), /error\[N508\]: the oracle has no memory/);
  const huge = ["bench", "LayerNorm", "--shape", "N=1000000,D=200000", "--backend"];
  expectCoded(await normc([...huge, "wasm"]), /error\[N540\]/, 3);
  const benched = await normc([...huge, "webgpu"]);
  // Without a device it ends earlier.
  expectCoded(benched, /error\[N508\]|error\[N641\]/, 3);
});

describe("what a build deletes", () => {
  const build = (folder: string, more: readonly string[] = [], uid?: number): Promise<Ended> =>
    normc(["build", "centered.norm", "--out", "out", ...more], folder, uid === undefined ? {} : { uid });

  test("a file that another build has deleted meanwhile is no error", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "centered.norm"), centered);
    await build(folder.path, ["--emit", "wgsl"]);
    const [stale] = readdirSync(join(folder.path, "out/wgsl"));
    rmSync(join(folder.path, "out/wgsl", stale!));
    expect(await build(folder.path)).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder.path, "out/manifest.json"), "utf8")).not.toContain("wgsl/");
  });

  test("a file that cannot be deleted stays in the manifest, so that the next build tries again", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "centered.norm"), centered);
    await build(folder.path, ["--emit", "wgsl"]);
    const inner = join(folder.path, "out/wgsl");
    const nobody = 65534;
    // The superuser may delete everything, so another user builds, to whom all but this folder belongs.
    if (isRoot) {
      const others = readdirSync(join(folder.path, "out")).filter((name) => name !== "wgsl");
      for (const name of ["", "out", ...others.map((one) => join("out", one))]) {
        chownSync(join(folder.path, name), nobody, nobody);
      }
    } else chmodSync(inner, 0o555);
    const ended = await build(folder.path, [], isRoot ? nobody : undefined);
    if (!isRoot) chmodSync(inner, 0o755);
    expectCoded(ended, /error\[N005\]: cannot delete .*wgsl/);
    expect(readFileSync(join(folder.path, "out/manifest.json"), "utf8")).toContain("wgsl/");
    expect(await build(folder.path)).toMatchObject({ code: 0 });
    expect(existsSync(inner)).toBe(false);
  });
});

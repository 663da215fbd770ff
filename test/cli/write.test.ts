/** Files are written as a whole or not at all: on full disks, in folders that can only be read, when the process is killed. */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { replaceText, writeWhole } from "../../src/tools/cli/files/replace-file.ts";
import { InputError } from "../../src/tools/cli/terminal/failure.ts";
import { centered, normc, root, temporaryFolder } from "./normc.ts";

/** A disk of its own, of few bytes. It is only there for the superuser of a Linux machine. */
function mountDisk(options: string): { readonly path: string; [Symbol.dispose](): void } | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder.path], { stdio: "ignore" });
  } catch {
    folder[Symbol.dispose]();
    return undefined;
  }
  return {
    path: folder.path,
    [Symbol.dispose]() {
      execFileSync("umount", [folder.path]);
      folder[Symbol.dispose]();
    },
  };
}

/** Leaves one page: a write of more bytes writes only a part of them. */
function fillUp(folder: string): void {
  const file = openSync(join(folder, "filler"), "w");
  const page = Buffer.alloc(4096);
  try {
    for (;;) writeWhole(file, [page.toString("latin1")]);
  } catch {
    closeSync(file);
  }
  const { length } = readFileSync(join(folder, "filler"));
  writeFileSync(join(folder, "filler"), Buffer.alloc(length - page.length));
}

const canMount = ((): boolean => {
  using disk = mountDisk("size=64k");
  return disk !== undefined;
})();

test("a writer that takes fewer bytes than it is given is asked again, and one that takes none is an error", () => {
  const taken: number[] = [];
  const slow = (_: number, bytes: Uint8Array, at: number): number => {
    taken.push(...bytes.subarray(at, at + 3));
    return Math.min(3, bytes.length - at);
  };
  writeWhole(0, ["größer", "", "als drei"], slow);
  expect(Buffer.from(taken).toString()).toBe("größerals drei");
  expect(() => writeWhole(0, ["text"], () => 0)).toThrow("no more bytes");
});

test("a file in no folder cannot be written: N005, and nothing is left", () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "file"), "");
  for (const path of ["no/such.json", "file/below.json"]) {
    expect(() => replaceText(join(folder.path, path), "text")).toThrow(InputError);
  }
  mkdirSync(join(folder.path, "folder"));
  expect(() => replaceText(join(folder.path, "folder"), "text")).toThrow("it is a folder");
  expect(readdirSync(folder.path).sort()).toEqual(["file", "folder"]);
});

test("a build deletes the unfinished files of a killed one, and no others", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "centered.norm"), centered);
  const words = ["build", "centered.norm", "--out", "out", "--emit", "wgsl"];
  await normc(words, folder.path);
  const before = readdirSync(join(folder.path, "out"), { recursive: true, encoding: "utf8" }).sort();
  // The number of a process of which it is sure that it has ended.
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((done) => child.once("close", done));
  const unfinished = (name: string, pid: number): string =>
    `.${name}.${pid.toString(16).padStart(8, "0")}0123abcd.tmp`;
  const left = [
    unfinished("centered.ts", child.pid!),
    unfinished("manifest.json", child.pid!),
    unfinished("normc.lock.json", child.pid!),
    join("wgsl", unfinished("Centered.y.wgsl", child.pid!)),
    ".centered.backward.ts.ffffffff0123.tmp",
  ];
  const kept = [
    unfinished("centered.ts", process.pid),
    unfinished("notes.txt", child.pid!),
    join("wgsl", unfinished("manifest.json", child.pid!)),
    ".centered.ts.tmp",
    "centered.ts.0123456789ab.tmp",
  ];
  for (const name of [...left, ...kept]) writeFileSync(join(folder.path, "out", name), "half of a te");
  expect((await normc(words, folder.path)).code).toBe(0);
  const after = readdirSync(join(folder.path, "out"), { recursive: true, encoding: "utf8" }).sort();
  expect(after).toEqual([...before, ...kept].sort());
});

test("a build that is killed while it writes leaves nothing that the next one does not delete", async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, "out"));
  const script = `
    const { replaceFile } = await import(${JSON.stringify(pathToFileURL(join(root, "src/tools/cli/files/replace-file.ts")).href)});
    function* pieces() { yield "half of a te"; process.kill(process.pid, "SIGKILL"); yield "xt"; }
    replaceFile("out/centered.ts", pieces());`;
  const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e"];
  const child = spawn(process.execPath, [...words, script], { cwd: folder.path });
  await new Promise((done) => child.once("close", done));
  const found = (): string[] => readdirSync(join(folder.path, "out")).filter((one) => one.endsWith(".tmp"));
  expect(found()).toHaveLength(1);
  writeFileSync(join(folder.path, "centered.norm"), centered);
  expect((await normc(["build", "centered.norm", "--out", "out"], folder.path)).code).toBe(0);
  expect(found()).toEqual([]);
});

describe.runIf(canMount)("a disk with room for one page", () => {
  const comment = `/// ${"a long line of a comment ".repeat(3)}\n`.repeat(130);
  const long = comment + centered.replace("axes   N", "axes N");
  const tuning = JSON.stringify({ normc: 1, adapters: [] });

  test("`fmt` leaves a spec as it was, and formats the others", async () => {
    using disk = mountDisk("size=64k")!;
    writeFileSync(join(disk.path, "long.norm"), long);
    writeFileSync(join(disk.path, "short.norm"), centered.replace("axes   N", "axes N"));
    fillUp(disk.path);
    const { code, err } = await normc(["fmt", "long.norm", "short.norm"], disk.path);
    expect(err).toContain("error[N005]: cannot write `long.norm`: the disk is full");
    expect(code).toBe(1);
    expect(readFileSync(join(disk.path, "long.norm"), "utf8")).toBe(long);
    expect(readFileSync(join(disk.path, "short.norm"), "utf8")).toBe(centered);
    expect(readdirSync(disk.path).sort()).toEqual(["filler", "long.norm", "short.norm"]);
  });

  test("`build` and `run --out` say so and leave no piece of a file", async () => {
    using disk = mountDisk("size=64k")!;
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "centered.norm"), centered);
    const data = Array.from({ length: 4000 }, (_, i) => i / 7);
    writeFileSync(
      join(folder.path, "feeds.json"),
      JSON.stringify({ feeds: { x: { dims: [2, 2000], data } } }),
    );
    writeFileSync(join(disk.path, "out.json"), tuning);
    fillUp(disk.path);
    const built = await normc(["build", "centered.norm", "--out", disk.path], folder.path);
    expect(built.err).toMatch(/error\[N005\]: cannot write .*: the disk is full/);
    expect(built.code).toBe(1);
    const out = join(disk.path, "out.json");
    const words = ["run", "centered.norm", "--backend", "oracle", "--feeds", "feeds.json", "--out", out];
    const ran = await normc(words, folder.path);
    expect(ran.err).toContain("error[N005]");
    expect(ran.code).toBe(1);
    expect(readFileSync(out, "utf8")).toBe(tuning);
    expect(readdirSync(disk.path).filter((one) => one.endsWith(".tmp"))).toEqual([]);
  });

  test("a disk that can only be read: N005", async () => {
    using disk = mountDisk("ro,size=64k")!;
    const { code, err } = await normc(["build", "library/layer_norm.norm", "--out", join(disk.path, "out")]);
    expect(err).toMatch(/error\[N005\]: cannot make the folder .*: the disk can only be read/);
    expect(code).toBe(1);
  });
});

test("whenever the process is killed, the file is the old or the new one", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file.txt");
  const texts = ["a", "b"].map((letter) => letter.repeat(3_000_000));
  writeFileSync(path, texts[0]!);
  const script = `
    const { replaceText } = await import(${JSON.stringify(pathToFileURL(join(root, "src/tools/cli/files/replace-file.ts")).href)});
    process.stdout.write("started");
    for (;;) for (const letter of "ab") replaceText(${JSON.stringify(path)}, letter.repeat(3_000_000));`;
  const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e"];
  for (let i = 0; i < 5; i++) {
    const child = spawn(process.execPath, [...words, script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((started) => child.stdout.once("data", started));
    await new Promise((later) => setTimeout(later, 7 * i));
    const closed = new Promise((done) => child.once("close", done));
    child.kill("SIGKILL");
    await closed;
    const found = readFileSync(path, "utf8");
    expect(found.length).toBe(3_000_000);
    expect(texts.includes(found)).toBe(true);
  }
});

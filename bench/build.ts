/**
 * `npm run bench:build`: times builds of many specs with the default options, from nothing, with nothing changed, and after
 * one edit, in fresh processes and in one that watches. Writes bench/results/build.md.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spreadOf } from "../src/tuning/measure/spread.ts";
import { thisMachine } from "./machine.ts";
import { manySpecs } from "./many-specs.ts";
import { pathOf } from "./results.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const node = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
const usage = ["--import", join(root, "bench/exit-usage.ts")];

interface Took {
  readonly ms: number;
  readonly cpuMs: number;
  readonly megabytes: number;
}

class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "normc-build-"));
  readonly specs: string[];
  private edits = 0;

  constructor(count: number) {
    mkdirSync(join(this.folder, "node_modules"));
    writeFileSync(join(this.folder, "package.json"), "{}");
    const specs = manySpecs(count);
    this.specs = [...specs.keys()];
    for (const [name, text] of specs) writeFileSync(join(this.folder, name), text);
  }

  start(words: readonly string[] = []): ChildProcess {
    const normc = join(root, "scripts/normc.mjs");
    return spawn(
      process.execPath,
      [...node, ...usage, normc, "build", ...this.specs, "--out", "out", ...words],
      {
        cwd: this.folder,
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      },
    );
  }

  build(): Promise<Took> {
    const start = performance.now();
    const child = this.start();
    let took = { cpuMs: 0, megabytes: 0 };
    child.on("message", (message) => {
      took = message as typeof took;
    });
    child.stderr?.resume();
    return new Promise((resolve, reject) => {
      child.on("close", (code) => {
        if (code === 0) resolve({ ms: performance.now() - start, ...took });
        else reject(new Error(`the build ended with ${code}`));
      });
    });
  }

  /** Changes a number in a spec. */
  edit(): void {
    this.edits++;
    const text = manySpecs(1).values().next().value!;
    writeFileSync(join(this.folder, this.specs[0]!), text.replace(/1e-6/, `${1 + this.edits / 1000}e-6`));
  }

  clear(): void {
    rmSync(join(this.folder, "out"), { recursive: true, force: true });
    rmSync(join(this.folder, "node_modules/.cache"), { recursive: true, force: true });
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A fixed computation, to compare machines and their loads by. */
function yardstick(): number {
  const start = performance.now();
  const words = new Map<string, number>();
  for (let i = 0, hash = 0; i < 5e6; i++) {
    hash = (Math.imul(hash, 31) + i) | 0;
    if (i % 8 === 0) words.set(`k${hash & 0xfff}`, hash);
  }
  return performance.now() - start;
}

interface Row {
  readonly what: string;
  readonly took: readonly Took[];
  readonly allowed: string;
}

async function repeated(count: number, run: () => Promise<Took>): Promise<Took[]> {
  const took: Took[] = [];
  for (let i = 0; i < count; i++) {
    yards.push(yardstick());
    took.push(await run());
  }
  return took;
}

/** From the edit to the new text of its last module, with the time that the build waits for further edits. */
async function watched(project: Project, count: number): Promise<Took[]> {
  const child = project.start(["--watch"]);
  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      child.stderr!.on("data", function heard(text: Buffer) {
        if (!String(text).includes("waiting for changes")) return;
        child.stderr!.off("data", heard);
        resolve();
      });
    });
  await quiet();
  const took: Took[] = [];
  const manifest = join(project.folder, "out/manifest.json");
  for (let i = 0; i < count + warmUps; i++) {
    await new Promise((done) => setTimeout(done, 400));
    const before = statSync(manifest).mtimeMs;
    const ended = quiet();
    const start = performance.now();
    project.edit();
    while (statSync(manifest, { throwIfNoEntry: false })?.mtimeMs === before) {
      await new Promise((done) => setTimeout(done, 1));
    }
    if (i >= warmUps) took.push({ ms: performance.now() - start, cpuMs: Number.NaN, megabytes: Number.NaN });
    await ended;
  }
  child.kill("SIGINT");
  await new Promise((done) => child.once("close", done));
  return took;
}

/** Edits until the compiler is compiled itself: a build that watches took its specs from the cache. */
const warmUps = 6;

const yards: number[] = [];
const rows: Row[] = [];
const hundred = new Project(100);
const put = (what: string, allowed: string, took: readonly Took[]): void => {
  rows.push({ what, allowed, took });
  process.stderr.write(`${lineOf(rows.at(-1)!)}\n`);
};

put(
  "100 specs from nothing",
  "5 s",
  await repeated(3, () => {
    hundred.clear();
    return hundred.build();
  }),
);
put("100 specs, nothing changed", "", await repeated(5, () => hundred.build()));
put(
  "100 specs, one edited, a fresh process",
  "",
  await repeated(3, () => {
    hundred.edit();
    return hundred.build();
  }),
);
put("100 specs, one edited, while it watches", "100 ms", await watched(hundred, 10));
hundred.end();
const three = new Project(300);
put(
  "300 specs from nothing",
  "15 s, 400 MB",
  await repeated(2, () => {
    three.clear();
    return three.build();
  }),
);
three.end();

function lineOf({ what, took, allowed }: Row): string {
  const yard = spreadOf(yards).median;
  const ms = spreadOf(took.map((one) => one.ms));
  const least = Math.min(...took.map((one) => one.ms));
  const cpu = spreadOf(took.map((one) => one.cpuMs)).median;
  const megabytes = Math.max(...took.map((one) => one.megabytes));
  const shown = (value: number, digits = 0): string => (Number.isNaN(value) ? "" : value.toFixed(digits));
  return `| ${what} | ${shown(ms.median)} | ${shown(least)} | ${shown(cpu)} | ${shown(ms.median / yard, 1)} | ${shown(megabytes)} | ${allowed} |`;
}

const { processor, cores, system, node: version, load } = thisMachine();
const text = `# Builds: times

Made by \`npm run bench:build\`. ${processor}, ${cores} cores, ${system}, Node ${version}; load before: ${load.toFixed(1)}.

The specs are the norms of the library under other names and with other constants (\`bench/many-specs.ts\`), built with the
default options: WGSL, with gradients, from a checkout. Times are medians, and the least; a yard is a fixed computation, whose
median here was ${spreadOf(yards).median.toFixed(0)} ms, by which one can compare runs on other machines or beside other work.

| build | ms | least | ms of CPU | yards | MB at most | allowed |
| --- | ---: | ---: | ---: | ---: | ---: | --- |
${rows.map(lineOf).join("\n")}
`;
writeFileSync(pathOf("build", "md"), text);
process.stdout.write(text);

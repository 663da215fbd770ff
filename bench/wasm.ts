/**
 * `npm run bench:wasm`: times normc's WebAssembly on one and on two threads, in turn with memcpy, ONNX Runtime's native
 * kernels and what else norms run on in WebAssembly. Writes bench/results/wasm.md. A word as argument: only cases whose
 * name contains it, and nothing is written.
 */
import { writeFileSync } from "node:fs";
import { cases as tenCases } from "./cases.ts";
import { type Contestant, peersInstall, peersInstalled, type Seat, takeSeat } from "./contestants.ts";
import { libraryBuild } from "./library-build.ts";
import { thisMachine } from "./machine.ts";
import { drawPicture } from "./pictures.ts";
import { benchProgress } from "./progress.ts";
import { race } from "./race.ts";
import { type CaseResult, pathOf } from "./results.ts";
import { documentOf, minutes, sectionOf } from "./table.ts";
import { comparisonOfSection, overOther, type Section, sectionsOf, threadCounts } from "./wasm-sections.ts";
import { limitLines, limitsOf } from "./wasm-verdict.ts";

const own: Contestant = { name: "normc", file: "./wasm-own.ts", args: [] };

/** Peers in Chromium have a process for each number of threads, which they take when they are loaded. */
const peers: readonly Contestant[] = [
  { name: "ORT cpu", file: "./peers/onnxruntime.ts", args: ["cpu", ...threadCounts.map(String)] },
  ...[
    { name: "ORT Web", file: "./peers/chromium.ts", args: ["onnxruntime-web"] },
    { name: "TF.js", file: "./peers/chromium.ts", args: ["tensorflow-wasm"] },
    { name: "jax-js", file: "./peers/chromium.ts", args: ["jax-wasm"] },
    { name: "gpu.js", file: "./peers/gpujs-wasm.ts", args: [] },
  ].flatMap(({ name, file, args }) =>
    threadCounts.map((threads) => ({
      name: `${name} ×${threads}`,
      file,
      args: [...args, String(threads)],
    })),
  ),
];

const only = process.argv[2];
const start = performance.now();
const machine = thisMachine();
const chosen = tenCases.filter(({ name }) => only === undefined || name.includes(only));
const withPeers = peersInstalled();
if (!withPeers) process.stderr.write(`the peers are not installed; once: ${peersInstall}\n`);

const absent: Record<string, string> = {};
const seats: Seat[] = [];
for (const contestant of [own, ...(withPeers ? peers : [])]) {
  try {
    seats.push(await takeSeat(contestant, { name: "processor", env: { ...process.env } }));
  } catch (error) {
    absent[contestant.name] = error instanceof Error ? error.message : String(error);
  }
}

const done: CaseResult[] = [];
const shown = benchProgress(chosen.length);
try {
  for (const one of chosen) {
    shown.start(one.name);
    const outcome = await race(one, seats, {
      dtype: "f32",
      rounds: 7,
      budget: 0.5,
      onStep: shown.detail,
    });
    done.push({ name: one.name, shape: one.shape, op: one.op, outcome });
    const [first] = sectionsOf(done.slice(-1));
    const copies = first?.cases[0] && overOther(first.cases[0].outcome, "memcpy", "forward");
    shown.finish(copies === undefined ? "no result" : `${copies.toFixed(2)} of memcpy`);
  }
} finally {
  shown.stop();
  for (const seat of seats) seat.close();
}

const build = only === undefined ? await libraryBuild(3) : "a selection";
const sections = sectionsOf(done);
const written = only === undefined;
const seconds = Math.round((performance.now() - start) / 1000);
const versions = Object.assign({}, ...seats.map((seat) => seat.versions)) as Record<string, string>;
const text = await document();
process.stdout.write(text);
if (written) {
  const results = { machine, versions, seconds, build, absent, cases: done };
  writeFileSync(pathOf("wasm", "json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(pathOf("wasm", "md"), text);
}

async function document(): Promise<string> {
  const { processor, cores, memoryGiB, system, node, load } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    "# Times on processors",
    "",
    `Written by \`npm run bench:wasm\` in ${minutes(seconds)}. [What the columns mean](../README.md#processors)`,
    "",
    `- Machine: ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}`,
    `- Load before the run: ${load.toFixed(1)}${load > 0.5 ? ", so the machine was not quiet" : ""}`,
    `- Versions: node ${node.replace(/^v/, "")}, ${named.join(", ")}`,
    "",
    "## The limits",
    "",
    ...limitLines(limitsOf(sections, build)),
    "",
  ];
  for (const section of sections) {
    const comparison = comparisonOfSection(section);
    const result = {
      adapter: comparison.title,
      software: true,
      absent: absentIn(section),
      cases: section.cases,
    };
    const picture = written ? await drawPicture("wasm", result) : undefined;
    lines.push(...sectionOf(result, comparison, picture));
  }
  return documentOf(lines);
}

/** The peers without any time in a section, in the section of their threads. */
function absentIn({ pass, threads }: Section): Record<string, string> {
  const of = Object.entries(absent).filter(([name]) => !/×\d/.test(name) || name.endsWith(`×${threads}`));
  return pass === "forward" ? Object.fromEntries(of) : {};
}

/** `normc init`: a first norm in a project, built and run once. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readConfig } from "../arguments/project.ts";
import { resolveSpec } from "../arguments/specs.ts";
import { build } from "../build/build.ts";
import { defaultBuild, planBuild } from "../build/build-words.ts";
import { dimsOf } from "../files/read-cases.ts";
import { openBackend } from "../run/open-backend.ts";
import type { ExitCode } from "../terminal/failure.ts";
import { print, printJson, showDiagnostics } from "../terminal/output.ts";
import { type InitFiles, planInit, specPath, writeInit } from "./init-files.ts";

export interface InitOptions {
  readonly json?: boolean;
}

const x = { dims: [2, 4], data: [1, 2, 3, 4, 10, 20, 30, 40] };

export async function init({ json }: InitOptions): Promise<ExitCode> {
  const folder = process.cwd();
  const planned = planInit(folder);
  writeInit(folder, planned);
  const written = [...planned.files.keys()];
  if (!json)
    for (const path of written)
      print(`wrote ${path}${path === "package.json" ? " (the script `norms`)" : ""}`);

  const { paths, options } = await planBuild([], defaultBuild, () => false, await readConfig());
  let made: readonly string[] = [];
  const { code } = await build(paths, options, undefined, (diagnostics, done, { out }) => {
    made = done?.written ?? [];
    // Whatever is in the way of the modules: what init wrote stays, since the next build needs it.
    showDiagnostics(diagnostics, json === true);
    if (!json) print(`built ${made.length} files in ${out}`);
  });
  if (code !== 0) return code;

  // It runs on every machine at once, with nothing installed.
  const backend = await openBackend("wasm", "auto");
  const { norm } = resolveSpec(specPath);
  const [graph] = norm.graphs;
  if (graph === undefined) throw new Error("the spec of init has no norm");
  const job = { graph, feeds: { x }, params: {}, dtype: "f32" } as const;
  const outputs = await backend.run(job).finally(() => backend.close());
  const y = Array.from(outputs.y?.data ?? []);
  const next = nextSteps(folder, planned);
  if (json) {
    const run = { norm: norm.name, backend: backend.name, adapter: backend.adapter, dims: dimsOf({ x }), y };
    printJson({ written, out: planned.out, files: made, run, next });
    return 0;
  }
  print(`${norm.name} of x = ${shown(x.data)} on ${backend.adapter}:`);
  print(`  y = ${shown(y)}`);
  print("next:");
  for (const one of next) print(`  ${one}`);
  return 0;
}

function nextSteps(folder: string, { needsType }: InitFiles): readonly string[] {
  return [
    ...(needsType ? ["npm pkg set type=module         # the modules are ES modules"] : []),
    ...(isInstalled("normc", folder)
      ? []
      : ["npm install normc               # the modules import its runtime"]),
    ...(isInstalled("webgpu", folder)
      ? []
      : ["npm install --save-dev webgpu   # a device in Node, for run, bench and tune"]),
    "npm run norms -- --watch        # builds again whenever a spec changes",
  ];
}

function isInstalled(name: string, from: string): boolean {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules", name, "package.json"))) return true;
    if (dirname(folder) === folder) return false;
  }
}

function shown(data: readonly number[]): string {
  return `[${data.map((one) => Number(one.toPrecision(4))).join(", ")}]`;
}

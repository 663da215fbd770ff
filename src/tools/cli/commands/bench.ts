/** `normc bench`: time, GB/s, and the share of a copy kernel's speed. */

import { compileGraph } from "../../../compile/passes.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { type Measurement, measure } from "../../../tuning/measure/measure.ts";
import { giveWay, type OpenedDevice } from "../../device/index.ts";
import type { BenchBackend } from "../arguments/backend-choice.ts";
import { type DtypeChoice, dtypeFor, dtypeText, refuseUnknownTensors } from "../arguments/dtype-choice.ts";
import { savingOf } from "../arguments/save-choice.ts";
import { readSizes } from "../arguments/settings.ts";
import { hasDims, isEmpty, paramsOf, shapesOf } from "../arguments/shape.ts";
import { graphOf, missingMode, resolveSpec } from "../arguments/specs.ts";
import { readTuningFile } from "../files/read-tuning-file.ts";
import { gpuOrProcessor, openAdapter } from "../run/gpu-or-processor.ts";
import { refuseWithoutGradients } from "../run/gradients.ts";
import { processorText } from "../run/wasm-backend.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { print, printJson } from "../terminal/output.ts";
import { progress } from "../terminal/progress.ts";
import { tunedChooser } from "../tune/use-tuning.ts";
import { measureWasm } from "./bench-wasm.ts";

export interface BenchOptions {
  readonly shape: readonly string[];
  readonly set: readonly string[];
  readonly mode?: string;
  readonly grad?: boolean;
  readonly save: Save;
  readonly dtype: DtypeChoice;
  readonly backend: BenchBackend;
  readonly adapter: string;
  readonly tuning?: string;
  readonly json?: boolean;
}

/** Enough for quartiles; more would be slow on software adapters. */
const rounds = 9;

export async function bench(specName: string, options: BenchOptions): Promise<ExitCode> {
  const spec = resolveSpec(specName);
  const { norm } = spec;
  if (options.grad) refuseWithoutGradients(spec);
  const graph = graphOf(norm, options.mode);
  if (graph === undefined) throw new CommandError(2, missingMode(norm, String(options.mode)));
  const sizes = readSizes(options, graph);
  refuseUnknownTensors(options.dtype, graph, options.grad === true);
  const compiled = options.grad ? savingOf(spec.source, graph, options.save).backward : compileGraph(graph);
  const { program } = compiled;
  const shapes = shapesOf(program, sizes);
  if (isEmpty(program, shapes)) {
    throw new CommandError(
      2,
      `--shape: ${norm.name} has no elements of this shape: there is nothing to time`,
    );
  }
  const dims = Object.fromEntries(
    program.tensors.filter(hasDims).map((one) => [one.name, shapes.dims.get(one.name) ?? []]),
  );
  const params = paramsOf(program, sizes.params);
  const dtype = dtypeFor(options.dtype, program);
  const shown = progress(rounds + 3);
  shown.step("opening a device");
  const opened = await openFor(options).catch((error: unknown) => {
    shown.done();
    throw error;
  });
  const shape = Object.fromEntries(
    [...sizes.extents].map(([axis, sizes]) => [axis, sizes.length === 1 ? sizes[0] : sizes]),
  );
  const kept = options.save === "none" ? "" : ` (${options.save} saved)`;
  const name = `${norm.name}${options.grad ? `, gradients${kept}` : ""}`;
  const what = { spec: name, shape, dtype: dtypeText(options.dtype) };
  if (opened === undefined) {
    const run = { dims, params, dtype };
    const measured = await measureWasm(compiled.graphs, shapes, run, rounds, shown.step).finally(shown.done);
    report({ ...what, adapter: processorText(measured.threads) }, measured, options.json);
    return 0;
  }
  if (opened.kind === "software") giveWay();
  try {
    const tuning =
      options.tuning === undefined
        ? undefined
        : { path: options.tuning, file: readTuningFile(options.tuning) };
    const choose =
      tuning === undefined ? undefined : await tunedChooser(tuning, opened.device, program, shapes, dtype);
    const measured = await measure(opened.device, program, {
      dims,
      params,
      dtype,
      ...(choose === undefined ? {} : { choose }),
      rounds,
      software: opened.kind === "software",
      onStep: shown.step,
    }).finally(shown.done);
    report({ ...what, adapter: opened.adapter }, measured, options.json);
    return 0;
  } finally {
    await opened.close();
  }
}

/** Undefined for the processor. An adapter or a tuning file asks for WebGPU. */
async function openFor({ backend, adapter, tuning }: BenchOptions): Promise<OpenedDevice | undefined> {
  if (backend === "wasm") return undefined;
  return backend === "auto" && adapter === "auto" && tuning === undefined
    ? gpuOrProcessor()
    : openAdapter(adapter);
}

function report(
  what: { spec: string; shape: unknown; dtype: string; adapter: string },
  measured: Measurement,
  json = false,
): void {
  const { variant, dispatches, bytes, clock } = measured;
  const { median: ms, quartiles, count } = measured.ms;
  const { median: copyMs, quartiles: copyQuartiles } = measured.copyMs;
  const gbps = bytes / ms / 1e6;
  const shareOfCopy = copyMs / ms;
  if (json) {
    const times = { ms, gbps, copyMs, shareOfCopy, quartiles, copyQuartiles, rounds: count, clock };
    printJson({ ...what, variant, dispatches, bytes, ...times });
    return;
  }
  const range = ([low, high]: readonly [number, number]): string => `${low.toFixed(3)} to ${high.toFixed(3)}`;
  print(`${what.spec} on ${what.adapter}`);
  print(`  ${ms.toFixed(3)} ms (${range(quartiles)}), ${gbps.toFixed(2)} GB/s`);
  print(`  a copy of the same bytes ${copyMs.toFixed(3)} ms (${range(copyQuartiles)})`);
  print(
    `  ${(100 * shareOfCopy).toFixed(0)} % of the copy's speed, ${dispatches} dispatches, variant ${variant}`,
  );
  print(`  medians and quartiles of ${count} readings, by ${clock}`);
}

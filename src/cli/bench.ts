/** `normc bench`: time, GB/s, and the share of a copy kernel's speed. */
import { compileGraph } from "../compile/passes.ts";
import { openDevice } from "../device/open.ts";
import { measure } from "../measure/measure.ts";
import type { Storage } from "../program/program.ts";
import { CommandError, type ExitCode } from "./failure.ts";
import { print, printJson } from "./output.ts";
import { parseSettings } from "./settings.ts";
import { parseShape, shapesOf } from "./shape.ts";
import { graphOf, missingMode, resolveSpec } from "./specs.ts";

export interface BenchOptions {
  readonly shape: readonly string[];
  readonly set: readonly string[];
  readonly mode?: string;
  readonly dtype: Storage;
  readonly adapter: string;
  readonly json?: boolean;
}

export async function bench(specName: string, options: BenchOptions): Promise<ExitCode> {
  const extents = parseShape(options.shape);
  const params = parseSettings(options.set);
  const { norm } = resolveSpec(specName);
  const graph = graphOf(norm, options.mode);
  if (graph === undefined) throw new CommandError(2, missingMode(norm, String(options.mode)));
  const { program } = compileGraph(graph);
  const shapes = shapesOf(program, extents, params);
  const reasons: string[] = [];
  const opened = await openDevice({ adapter: options.adapter, onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) throw new CommandError(3, `no WebGPU device: ${reasons.join("; ")}`);
  try {
    const inputs = program.tensors.filter((one) => one.role === "input");
    const dims = Object.fromEntries(inputs.map((one) => [one.name, shapes.dims.get(one.name) ?? []]));
    const { bytes, ms, copyMs, dispatches, variant } = await measure(opened.device, program, {
      dims,
      params,
      storage: options.dtype,
      rounds: 7,
    });
    const shape = Object.fromEntries(
      [...extents].map(([axis, sizes]) => [axis, sizes.length === 1 ? sizes[0] : sizes]),
    );
    const gbps = bytes / ms / 1e6;
    const shareOfCopy = copyMs / ms;
    const { adapter } = opened;
    const spec = norm.name;
    const result = {
      spec,
      shape,
      dtype: options.dtype,
      adapter,
      variant,
      dispatches,
      bytes,
      ms,
      gbps,
      copyMs,
      shareOfCopy,
    };
    if (options.json) printJson(result);
    else {
      print(`${spec} on ${adapter}`);
      print(
        `  ${ms.toFixed(3)} ms, ${gbps.toFixed(2)} GB/s; a copy of the same bytes ${copyMs.toFixed(3)} ms`,
      );
      print(
        `  ${(100 * shareOfCopy).toFixed(0)} % of the copy's speed, ${dispatches} dispatches, variant ${variant}`,
      );
    }
    return 0;
  } finally {
    await opened.close();
  }
}

import { compileGraph } from "../../../compile/passes.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { type DtypeChoice, refuseUnknownTensors } from "../arguments/dtype-choice.ts";
import { savingOf } from "../arguments/save-choice.ts";
import { readSizes } from "../arguments/settings.ts";
import { shapesOf } from "../arguments/shape.ts";
import { graphOf, missingMode, resolveSpec } from "../arguments/specs.ts";
import { refuseWithoutGradients } from "../run/gradients.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { print, printJson } from "../terminal/output.ts";
import { explanationOf, explanationText } from "./explanation.ts";
import { processorFacts, processorLines } from "./processor-facts.ts";

export interface ExplainOptions {
  readonly shape: readonly string[];
  readonly set: readonly string[];
  readonly after?: string;
  readonly mode?: string;
  readonly dtype: DtypeChoice;
  readonly backend: "webgpu" | "wasm";
  readonly wgsl?: boolean;
  readonly wat?: boolean;
  readonly grad?: boolean;
  readonly save: Save;
  readonly json?: boolean;
}

export async function explain(specName: string, options: ExplainOptions): Promise<ExitCode> {
  if (options.backend === "wasm" && options.wgsl)
    throw new CommandError(2, "--wgsl is of --backend webgpu: --wat prints the kernels for processors");
  const start = performance.now();
  const spec = resolveSpec(specName);
  const { norm } = spec;
  if (options.grad) refuseWithoutGradients(spec);
  const checked = performance.now();
  const forward = graphOf(norm, options.mode);
  if (forward === undefined) throw new CommandError(2, missingMode(norm, String(options.mode)));
  const sizes = readSizes(options, forward);
  const { dtype } = options;
  refuseUnknownTensors(dtype, forward, options.grad === true);
  const compiled = options.grad
    ? savingOf(spec.source, forward, options.save).backward
    : compileGraph(forward);
  const ended = performance.now();

  const rest = ended - checked - compiled.graphs.reduce((sum, one) => sum + one.ms, 0);
  const passes = [
    { name: "read, parse, check", ms: checked - start },
    ...compiled.graphs.filter((one) => one.pass !== "check").map(({ pass, ms }) => ({ name: pass, ms })),
    { name: `${options.grad ? "differentiate, " : ""}schedule, lower, emit`, ms: rest },
  ];
  const explanation = explanationOf({
    forward,
    compiled,
    grad: options.grad === true,
    save: options.save,
    dtype,
    sizes,
    passes,
    after: options.after,
  });
  if (options.backend === "webgpu") {
    if (options.json) printJson(explanation);
    else print(explanationText(explanation, options));
    return 0;
  }
  const { compilePassedWasm } = await import("../../../compile/compile-wasm.ts");
  const made = await compilePassedWasm(compiled.graphs);
  const processor = processorFacts(made, sizes.extents.size === 0 ? null : shapesOf(compiled.program, sizes));
  if (options.json) printJson({ ...explanation, processor });
  else print(explanationText(explanation, options, processorLines(processor, options.wat === true)));
  return 0;
}

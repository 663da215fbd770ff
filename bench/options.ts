import { Command, InvalidArgumentError, Option } from "commander";
import { adapterNames } from "./adapters.ts";
import { peersInstall } from "./contestants.ts";
import type { Dtype } from "./data.ts";

export interface BenchOptions {
  readonly peers: boolean;
  /** A Python that has PyTorch. */
  readonly torch?: string;
  readonly models: boolean;
  readonly grad: boolean;
  readonly only?: RegExp;
  readonly most?: number;
  readonly dtype: Dtype;
  readonly adapter: readonly string[];
  readonly rounds: number;
  readonly budget: number;
  readonly out?: string;
  readonly resume: boolean;
}

export function readOptions(words: readonly string[]): BenchOptions {
  const command = new Command("npm run bench --")
    .description("Times the norms of the library beside a copy kernel of the same bytes, and beside peers.")
    .option("--peers", `ONNX Runtime, TensorFlow.js and gpu.js as well (once before: ${peersInstall})`, false)
    .option(
      "--torch <python>",
      "PyTorch of that Python as well: eager, compiled, and Liger and Quack if it has them",
    )
    .option("--models", "the layers of real models, by shape, instead of the ten cases", false)
    .addOption(
      new Option("--grad", "the backward passes instead, beside TensorFlow.js's gradients")
        .default(false)
        .conflicts(["models", "dtype"]),
    )
    .option("--only <regex>", "only cases whose name matches", regex)
    .option("--most <n>", "that many cases at most, evenly spread over the list", positive)
    .addOption(new Option("--dtype <type>", "element type").choices(["f32", "f16"]).default("f32"))
    .addOption(
      new Option("--adapter <name...>", "only these adapters; all where left out").choices([...adapterNames]),
    )
    .option("--rounds <n>", "timings of each contestant and case", positive, 7)
    .option(
      "--budget <seconds>",
      "for the timings of one contestant and case: slow ones get fewer",
      positive,
      3,
    )
    .option(
      "--out <name>",
      "name of the files in bench/results; a selection is only printed without it",
      fileName,
    )
    .option("--resume", "go on with a run that was interrupted", false)
    .addHelpText(
      "after",
      `
Examples:
  npm run bench
  npm run bench -- --peers
  npm run bench -- --models --most 30 --dtype f16
  npm run bench -- --grad --peers
  npm run bench -- --peers --only GroupNorm --adapter swiftshader

bench/README.md says what the columns mean.`,
    );
  const given = command
    .parse(words, { from: "user" })
    .opts<Omit<BenchOptions, "adapter"> & { adapter?: string[] }>();
  return { ...given, adapter: given.adapter ?? [] };
}

/** The name of the result files. */
export function resultName({ peers, models, grad, dtype, out }: BenchOptions): string {
  if (out !== undefined) return out;
  if (grad) return "gradients";
  return [models ? "models" : "cases", ...(peers ? ["peers"] : []), ...(dtype === "f16" ? ["f16"] : [])].join(
    "-",
  );
}

/** Whether results are written. Those of a selection must not replace the results of all cases. */
export function isWritten({ only, most, adapter, out, models, grad, peers }: BenchOptions): boolean {
  if (out !== undefined) return true;
  const allCases = only === undefined && (models || most === undefined);
  return allCases && adapter.length === 0 && (!grad || peers);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text, "i");
  } catch {
    throw new InvalidArgumentError("It must be a regular expression.");
  }
}

function fileName(text: string): string {
  if (!/^[\w-]+$/.test(text)) throw new InvalidArgumentError("Letters, digits, - and _ only.");
  return text;
}

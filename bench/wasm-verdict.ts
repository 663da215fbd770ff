/** The limits that `bench/wasm.ts` holds normc's WebAssembly to, and what was measured. */
import { median } from "../src/tuning/measure/spread.ts";
import type { Outcome } from "./race.ts";
import { row, times } from "./table.ts";
import { fastestWasm, overOther, type Pass, rightTime, type Section } from "./wasm-sections.ts";

export interface Limit {
  readonly what: string;
  readonly allowed: string;
  readonly measured: string;
  /** Undefined if something was not measured. */
  readonly met: boolean | undefined;
}

interface Value {
  readonly name: string;
  readonly ratio: number | undefined;
}

/** @param build milliseconds of a build of the library for all targets, or why there is none. */
export function limitsOf(sections: readonly Section[], build: number | string): readonly Limit[] {
  const values = (pass: Pass, threads: number, ratio: (outcome: Outcome) => number | undefined): Value[] =>
    (sections.find((one) => one.pass === pass && one.threads === threads)?.cases ?? []).map((one) => ({
      name: one.name,
      ratio: ratio(one.outcome),
    }));
  const copies = (pass: Pass, threads: number): Value[] =>
    values(pass, threads, (outcome) => overOther(outcome, "memcpy", pass));
  const native = (threads: number): Value[] =>
    values("forward", threads, (outcome) => overOther(outcome, "ORT cpu", "forward"));
  const wasm = (threads: number): Value[] =>
    values("forward", threads, (outcome) => overOther(outcome, fastestWasm(outcome, "forward"), "forward"));
  return [
    medianAndWorst("forward ÷ memcpy, one thread", copies("forward", 1), 2.5, 4),
    ...[1, 2].map((threads) => nativeLimit(threads, native(threads))),
    ...[1, 2].map((threads) =>
      worstLimit(`÷ the fastest wasm peer, ${threadsText(threads)}`, wasm(threads), 0.3),
    ),
    medianAndWorst("backward ÷ memcpy of its bytes, one thread", copies("backward", 1), 4, undefined),
    worstLimit("two threads ÷ one, tensors above 4 MiB", twoOverOne(sections), 0.65),
    {
      what: "build of the library for wgsl, glsl and wasm",
      allowed: "4 s",
      measured: typeof build === "string" ? build : `${(build / 1000).toFixed(1)} s`,
      met: typeof build === "string" ? undefined : build <= 4000,
    },
  ];
}

export function limitLines(limits: readonly Limit[]): readonly string[] {
  return [
    row(["limit", "allowed", "measured", ""]),
    row(["---", "---", "---", "---"]),
    ...limits.map(({ what, allowed, measured, met }) =>
      row([what, allowed, measured, met === undefined ? "not measured" : met ? "met" : "**missed**"]),
    ),
  ];
}

function medianAndWorst(
  what: string,
  values: readonly Value[],
  most: number,
  worst: number | undefined,
): Limit {
  const known = measuredOf(values);
  const middle = known === undefined ? Number.NaN : median(known.map(({ ratio }) => ratio));
  const last = known?.at(-1);
  const allowed = worst === undefined ? `median ${most}` : `median ${most}, worst ${worst}`;
  return {
    what,
    allowed,
    measured: last === undefined ? "–" : `median ${times(middle)}, worst ${shown(last)}`,
    met: verdict(middle <= most && (worst === undefined || (last?.ratio ?? 0) <= worst), known, values),
  };
}

function nativeLimit(threads: number, values: readonly Value[]): Limit {
  const known = measuredOf(values);
  const last = known?.at(-1);
  const faster = known?.filter(({ ratio }) => ratio < 1).length ?? 0;
  const needed = Math.ceil(0.8 * values.length);
  return {
    what: `÷ ONNX Runtime native, ${threadsText(threads)}`,
    allowed: `below 1 on ${needed} of ${values.length}, worst 1.5`,
    measured: last === undefined ? "–" : `below 1 on ${faster} of ${known!.length}, worst ${shown(last)}`,
    met: verdict(faster >= needed && (last?.ratio ?? 0) <= 1.5, known, values),
  };
}

function worstLimit(what: string, values: readonly Value[], worst: number): Limit {
  const known = measuredOf(values);
  const last = known?.at(-1);
  return {
    what,
    allowed: `worst ${worst}`,
    measured: last === undefined ? "–" : `worst ${shown(last)}`,
    met: verdict((last?.ratio ?? 0) <= worst, known, values),
  };
}

/** A limit is missed by what was measured, and met only by all cases. */
function verdict(
  holds: boolean,
  known: readonly unknown[] | undefined,
  values: readonly unknown[],
): boolean | undefined {
  if (known === undefined) return undefined;
  if (!holds) return false;
  return known.length === values.length ? true : undefined;
}

/** In ascending order. Undefined if no case has a ratio. */
function measuredOf(values: readonly Value[]): readonly { name: string; ratio: number }[] | undefined {
  const known = values.flatMap(({ name, ratio }) => (ratio === undefined ? [] : [{ name, ratio }]));
  return known.length === 0 ? undefined : known.sort((a, b) => a.ratio - b.ratio);
}

function twoOverOne(sections: readonly Section[]): Value[] {
  const [one, two] = [1, 2].map((threads) =>
    sections.find((section) => section.pass === "forward" && section.threads === threads),
  );
  return (one?.cases ?? [])
    .filter(({ shape }) => 4 * shape.reduce((a, b) => a * b, 1) > 4 * 2 ** 20)
    .map(({ name, outcome }) => {
      const single = rightTime(outcome, "normc", "forward");
      const other = two?.cases.find((each) => each.name === name);
      const both = other && rightTime(other.outcome, "normc", "forward");
      return { name, ratio: single === undefined || both === undefined ? undefined : both / single };
    });
}

function shown({ name, ratio }: { readonly name: string; readonly ratio: number }): string {
  return `${times(ratio)} (${name})`;
}

function threadsText(threads: number): string {
  return threads === 1 ? "one thread" : "two threads";
}

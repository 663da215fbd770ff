/** Functions that emitted WebAssembly calls and that it has no instruction for. A module holds those that it calls. */
import { operatorFunctions } from "./operators/functions.ts";

export interface WasmHelper {
  readonly name: string;
  /** Its declaration. It may call helpers that come before it in the list. */
  readonly text: string;
}

/** The declarations of the helpers that some code calls, directly or through other helpers. */
export function helpersCalled(code: string): string[] {
  const called = new Set<string>();
  const add = (text: string): void => {
    for (const [, name] of text.matchAll(/\(call \$(\w+)/g)) called.add(name!);
  };
  add(code);
  const used: string[] = [];
  for (const { name, text } of [...wasmHelpers].reverse()) {
    if (!called.has(name)) continue;
    used.unshift(text);
    add(text);
  }
  return used;
}

const shuffle = (...lanes: readonly number[]): string =>
  lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)).join(" ");

/** Neighbours first, as in WGSL: (x + y) + (z + w). */
function foldHelper(name: string, instruction: string): WasmHelper {
  return {
    name: `fold_${name}`,
    text: `  (func $fold_${name} (param $v v128) (result f32)
    (local.set $v (${instruction} (local.get $v)
      (i8x16.shuffle ${shuffle(1, 0, 3, 2)} (local.get $v) (local.get $v))))
    (f32x4.extract_lane 0 (${instruction} (local.get $v)
      (i8x16.shuffle ${shuffle(2, 3, 0, 1)} (local.get $v) (local.get $v)))))
`,
  };
}

/** Each component with the one before it, then with the one two before it. */
function runningHelper(name: string, instruction: string, identity: string): WasmHelper {
  return {
    name: `running_${name}`,
    text: `  (func $running_${name} (param $v v128) (result v128)
    (local $none v128)
    (local.set $none (f32x4.splat (f32.const ${identity})))
    (local.set $v (${instruction} (local.get $v)
      (i8x16.shuffle ${shuffle(4, 0, 1, 2)} (local.get $v) (local.get $none))))
    (${instruction} (local.get $v)
      (i8x16.shuffle ${shuffle(4, 4, 0, 1)} (local.get $v) (local.get $none))))
`,
  };
}

export const wasmHelpers: readonly WasmHelper[] = [
  foldHelper("add", "f32x4.add"),
  foldHelper("max", "f32x4.max"),
  foldHelper("min", "f32x4.min"),
  foldHelper("peak", "i32x4.max_s"),
  runningHelper("add", "f32x4.add", "0"),
  runningHelper("max", "f32x4.max", "-inf"),
  runningHelper("min", "f32x4.min", "inf"),
  ...operatorFunctions(),
];

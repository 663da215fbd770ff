/** Writes the function of a stage: it runs tasks, one after the other. */
import { type Constant, constantKey, type Expr } from "../../kernels/ir/ir.ts";
import { everyStmt } from "../../kernels/ir/visit.ts";
import type { ProcessorStage } from "../../kernels/processor/processor-kernel.ts";
import type { WasmArgument } from "../../program/wasm-program.ts";
import type { Wat } from "../text/wat.ts";
import { expressions, i32 } from "./expressions.ts";
import { createLocals, get, set, tee } from "./function-locals.ts";
import { countUses, withoutUnused } from "./local-uses.ts";
import type { Element } from "./memory.ts";
import { createScopes } from "./scopes.ts";
import { withoutSingleUses } from "./single-uses.ts";
import { writeBlock } from "./statements.ts";

export interface WasmFunction {
  readonly code: Wat;
  readonly arguments: readonly WasmArgument[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** @param name the name by which the module exports it. */
export function wasmFunction(
  { body }: ProcessorStage,
  name: string,
  elementOf: (tensor: string) => Element,
): WasmFunction {
  const locals = createLocals(["first", "end", "arguments"]);
  const found = new Map<string, { readonly local: string; readonly argument: WasmArgument }>();
  const argument = (key: string, wanted: string, type: "i32" | "f32", one: WasmArgument): string => {
    const known = found.get(key) ?? { local: locals.declare(key, wanted, type), argument: one };
    found.set(key, known);
    return known.local;
  };
  const constant = (one: Constant): string => {
    const key = `constant ${constantKey(one)}`;
    if (one.kind === "extent")
      return argument(key, one.factor, "i32", { kind: "extent", factor: one.factor });
    if (one.kind === "param") return argument(key, one.param, "f32", { kind: "param", param: one.param });
    throw new Error(`a task has no \`${one.kind}\``);
  };
  const task = locals.declare("task", "task", "i32");
  const tensor = (one: string): { base: string; element: Element } => ({
    base: argument(`tensor ${one}`, one, "i32", { kind: "tensor", tensor: one }),
    element: elementOf(one),
  });
  const scopes = createScopes();
  let inside: Wat[] = [];
  const names = { depths: new Map<string, number>(), values: new Map<string, Expr>() };
  const head = scopes.inside(() => {
    const written = expressions({ locals, scopes, names, constant, task });
    inside = scopes.inside(() => writeBlock({ locals, scopes, names, tensor, ...written }, body));
  });
  const given = [...found.values()];
  const next = tee(task, ["i32.add", get(task), i32(1)]);
  const code = withProductsFirst(
    withoutSingleUses(
      withoutUnused([
        ...given.map(({ local, argument: { kind } }, at) =>
          set(local, [kind === "param" ? "f32.load" : "i32.load", ...offset(4 * at), get("$arguments")]),
        ),
        ...head,
        [
          "if",
          ["i32.lt_u", tee(task, get("$first")), get("$end")],
          ["then", ["loop", "$tasks", ...inside, ["br_if", "$tasks", ["i32.lt_u", next, get("$end")]]]],
        ],
      ]),
    ),
  );
  const { gets, sets } = countUses(code);
  const params = ["first", "end", "arguments"].map((one): Wat => ["param", `$${one}`, "i32"]);
  const touched = (kind: "load" | "store"): string[] => [
    ...new Set(everyStmt(body).flatMap((one) => (one.kind === kind ? [one.tensor] : []))),
  ];
  return {
    code: [
      "func",
      `$${name}`,
      ["export", `"${name}"`],
      ...params,
      ...locals.declarations(new Set([...gets.keys(), ...sets.keys()])),
      ...code,
    ],
    arguments: given.map((one) => one.argument),
    reads: touched("load"),
    writes: touched("store"),
  };
}

/** Products before what they are added to, as `fused-products.ts` finds them. */
function withProductsFirst(code: readonly Wat[]): Wat[] {
  return code.map((one): Wat => {
    if (typeof one === "string") return one;
    const [head, a, b, ...rest] = withProductsFirst(one);
    const isSum = head === "f32x4.add" && a![0] === "local.get" && b![0] === "f32x4.mul";
    return isSum ? [head, b!, a!] : [head, a, b, ...rest].filter((each) => each !== undefined);
  });
}

const offset = (bytes: number): Wat[] => (bytes === 0 ? [] : [`offset=${bytes}`]);

/**
 * Writes functions of an element in WGSL, to stand in a module that is not ours. Each name that they declare outside of a
 * function begins with `$`, in place of which the runtime puts a prefix.
 */
import { type Constant, constantKey, type Stmt } from "../../kernels/ir/ir.ts";
import { everyExpr, everyExprIn } from "../../kernels/ir/visit.ts";
import type { ElementFunctions } from "../../kernels/lower/lower-elements.ts";
import type { InlineProgram } from "../../program/inline-program.ts";
import { helpersOf } from "../text/helpers-of.ts";
import { constantName, localName } from "../text/ir-names.ts";
import { createNamer } from "../text/namer.ts";
import { type Line, printLines } from "../text/print-lines.ts";
import { wgslHelpers } from "./helpers.ts";
import { wgslReserved } from "./reserved-words.ts";
import { type BodyContext, type Calls, expressions, type OverrideConstant, statements } from "./wgsl.ts";

/** @param tensors the buffers that the functions may read, in the order of their bindings. */
export function elementFunctions(
  functions: readonly ElementFunctions[],
  tensors: readonly string[],
): Pick<InlineProgram, "shader" | "outputs"> {
  const namer = createNamer(wgslReserved);
  const constants = constantsOf(functions);
  const constantNames = constants.map((one) => constantName(namer, one));
  const names = tensors.map((name) => namer.name(`tensor ${name}`, name));
  const called = new Map(tensors.map((name): [string, Calls] => [name, {}]));
  const context = { namer, called, e: expressions(namer) };
  const text = functions.map((one) => functionsOf(one, context)).join("");
  const helpers = helpersOf(wgslHelpers, text);
  const accessors = [...called.values()].flatMap((one) => Object.values(one));
  const declared = new Set([
    ...constantNames,
    ...accessors,
    ...helpers.flatMap((one) => [...one.matchAll(/\bfn (\w+)/g)].map(([, name]) => name!)),
  ]);
  const marked = (code: string): string =>
    code.replace(/(?<!\$)\b[A-Za-z_]\w*/g, (word) => (declared.has(word) ? `$${word}` : word));
  const bindings = tensors.flatMap((tensor, i) => {
    const calls = Object.entries(called.get(tensor)!);
    if (calls.length === 0) return [];
    const own = Object.fromEntries(calls.map(([kind, name]) => [kind, `$${name}`]));
    return [{ tensor, access: "read" as const, name: `$${names[i]}`, accessors: own }];
  });
  return {
    shader: {
      wgsl: marked([...helpers.map((one) => `${one}\n`), text].join("")),
      bindings,
      constants: constants.map((one, i) => ({ name: `$${constantNames[i]}`, ...one })),
    },
    outputs: functions.map(({ output, grid, row }) => ({
      name: output,
      wgsl: namer.name(`output ${output}`, output),
      grid,
      row,
    })),
  };
}

function functionsOf(
  { output, grid, row, shared, element, place }: ElementFunctions,
  context: BodyContext,
): string {
  const { namer, e } = context;
  const local = (name: string): string => localName(namer, name);
  const name = `$${namer.name(`output ${output}`, output)}`;
  const block = (head: string, stmts: readonly Stmt[], ...last: Line[]): Line => ({
    open: `${head} {`,
    body: [...statements(context, stmts), ...last],
    close: "}",
  });
  const value = e(element.value);
  const whole = `fn ${name}(${local("at_")}: u32) -> f32`;
  if (grid.length === 0 || row.length === 0) {
    // All elements are of one row, or each is a row of its own.
    const [own, other] = grid.length === 0 ? ["i", "row"] : ["row", "i"];
    const numbers = [
      `let ${local(own)} = ${e(grid.length === 0 ? place.i : place.row)};`,
      `let ${local(other)} = 0u;`,
    ];
    const body = [...statements(context, place.body), ...numbers, ...statements(context, shared.body)];
    return printLines(
      [
        {
          open: `${whole} {`,
          body: [...body, ...statements(context, element.body), `return ${value};`],
          close: "}",
        },
      ],
      "",
    );
  }
  const fields = shared.locals.map(([one, type]) => ({ name: local(one), type }));
  const struct = `${name}_Row`;
  return printLines(
    [
      "// What the elements of one row share.",
      { open: `struct ${struct} {`, body: fields.map((one) => `${one.name}: ${one.type},`), close: "}" },
      block(
        `fn ${name}_row(${local("row")}: u32) -> ${struct}`,
        shared.body,
        `return ${struct}(${fields.map((one) => one.name).join(", ")});`,
      ),
      {
        open: `fn ${name}_in(of_row: ${struct}, ${local("i")}: u32) -> f32 {`,
        body: [
          ...fields.map((one) => `let ${one.name} = of_row.${one.name};`),
          ...statements(context, element.body),
          `return ${value};`,
        ],
        close: "}",
      },
      block(whole, place.body, `return ${name}_in(${name}_row(${e(place.row)}), ${e(place.i)});`),
    ],
    "",
  );
}

function constantsOf(functions: readonly ElementFunctions[]): OverrideConstant[] {
  const found = new Map<string, Constant>();
  for (const { shared, element, place } of functions) {
    const all = [
      ...everyExprIn([...shared.body, ...element.body, ...place.body]),
      ...[element.value, place.row, place.i].flatMap((one) => everyExpr(one)),
    ];
    for (const one of all) if (one.kind === "constant") found.set(constantKey(one.constant), one.constant);
  }
  return [...found.values()].filter((one): one is OverrideConstant => one.kind !== "held");
}

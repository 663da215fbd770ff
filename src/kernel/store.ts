/** What a kernel writes: element by element over the row, and once a row. */
import type { Target } from "../schedule/plan.ts";
import { elementIndex } from "./element-index.ts";
import { binary, builtin, u32, widen } from "./expr.ts";
import { createFrame, type Frame } from "./frame.ts";
import type { Expr } from "./ir.ts";
import { eachStep, type Path } from "./loop.ts";
import { accessOf, lowerValue, type ValueContext } from "./value.ts";

export function storeElements(
  context: ValueContext,
  row: Frame,
  path: Path,
  active: Expr,
  targets: readonly Target[],
): void {
  eachStep(row, path, active, context.nameOf, (inner) => storeTargets(context, inner, targets));
}

/** `also`: holds where this workgroup is the one to write, of several that share the row. */
export function storeOnce(
  context: ValueContext,
  row: Frame,
  active: Expr,
  targets: readonly Target[],
  also: Expr | null,
): void {
  const branch = createFrame(row, null, { closed: true });
  storeTargets(context, branch, targets);
  const first = binary("and", active, binary("eq", builtin("lane"), u32(0)));
  const condition = also === null ? first : binary("and", first, also);
  row.body.push({ kind: "if", condition, body: branch.body });
}

function storeTargets(context: ValueContext, frame: Frame, targets: readonly Target[]): void {
  for (const target of targets) {
    const address = context.addressOf(target.tensor);
    const access = accessOf(frame, address);
    const value = lowerValue(context, frame, target.value);
    const index = elementIndex(frame, address, access, context.nameOf);
    const { tensor } = address;
    const stored = access.kind === "one" ? value : widen(value);
    frame.body.push({ kind: "store", tensor, index, value: stored, access });
  }
}

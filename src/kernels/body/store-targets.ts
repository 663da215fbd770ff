/** Writes values into tensors, at the elements of a frame. */
import { widen } from "../ir/expr.ts";
import type { Target } from "../schedule/plan.ts";
import { elementIndex } from "./element-index.ts";
import type { Frame } from "./frame.ts";
import { accessOf, lowerValue, pickedPlaces } from "./value.ts";
import type { ValueContext } from "./value-context.ts";

export function storeTargets(context: ValueContext, frame: Frame, targets: readonly Target[]): void {
  for (const target of targets) {
    const address = context.addressOf(target.tensor);
    const picked = pickedPlaces(context, frame, target.at ?? []);
    const access = accessOf(frame, address, picked);
    const value = lowerValue(context, frame, target.value);
    const index = elementIndex(frame, address, access, context.nameOf, picked);
    const { tensor } = address;
    const stored = access.kind === "one" ? value : widen(value);
    frame.body.push({ kind: "store", tensor, index, value: stored, access });
  }
}

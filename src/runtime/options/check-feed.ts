import type { ProgramTensor } from "../../program/program.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";

/** Throws N502 if an input is missing, N506 for a wrong number of elements, N514 for anything but numbers. */
export function checkFeed(tensor: ProgramTensor, feed: ArrayLike<number> | undefined, shapes: Shapes): void {
  if (feed === undefined) {
    if (tensor.role !== "input" && (tensor.role !== "saved" || tensor.updated)) return;
    throw new NormError("N502", `the values of ${tensor.role} ${tensor.name} are missing`);
  }
  // Of long data, only the first element is looked at.
  if (feed === null || (feed.length > 0 && typeof feed[0] !== "number")) {
    throw new NormError(
      "N514",
      `tensor ${tensor.name}: expected a list of numbers, given ${feed && `one of ${typeof feed[0]}`}`,
    );
  }
  const expected = shapes.elements.get(tensor.name)!;
  if (feed.length === expected) return;
  const dims = shapes.dims.get(tensor.name)!;
  const because = tensor.values === undefined ? ` for ${tensor.dims.join(", ")} = [${dims.join(", ")}]` : "";
  throw new NormError(
    "N506",
    `tensor ${tensor.name}: expected ${expected} elements${because}, given ${feed.length ?? {}.toString.call(feed)}`,
  );
}

/**
 * Which tensors a kernel may write over others that it reads. An element may be written once no lane reads it any more.
 * Two kinds of loads are safe:
 *
 * - A lane reads the element that it writes itself, and before it does.
 * - A lane reads an element of its row (a sample), and the lanes of the row then exchange sums that depend on it, before
 *   any of them writes: what they write depends on these sums.
 *
 * Everything else is refused. Lanes of other workgroups, which share a split row, exchange nothing.
 */
import { sourcesOf } from "./dependents.ts";
import {
  constantPoly,
  type Known,
  opaque,
  type Poly,
  polyOf,
  scaled,
  sum,
  text,
} from "./index-polynomials.ts";
import type { Kernel } from "./ir.ts";
import { type Placed, type Touch, touchesOf } from "./touches.ts";

/** Returns those of the tensors, which the kernel writes, that may be written over the tensor `read`. */
export function placesOf(kernel: Kernel): (read: string, tensors: readonly string[]) => readonly string[] {
  const { touches, all } = touchesOf(kernel);
  let known: boolean | undefined;
  const oneLaneStores = (): boolean => {
    known ??=
      !all.some(({ stmt }) => stmt.kind === "exchange" || stmt.kind === "storeShared") &&
      touches.every((one) => one.stmt.kind === "load" || !one.place().ofLane);
    return known;
  };
  return (read, tensors) => {
    const loads = touches.filter(({ stmt }) => stmt.kind === "load" && stmt.tensor === read);
    return tensors.filter((name) => {
      const stores = touches.filter(({ stmt }) => stmt.kind === "store" && stmt.tensor === name);
      const isRead = touches.some(({ stmt }) => stmt.kind === "load" && stmt.tensor === name);
      return (
        !isRead &&
        loads.every((load) => isOwn(load, stores, oneLaneStores) || isSample(kernel, load, stores, all))
      );
    });
  };
}

/**
 * An element without a step of this lane in its index is read by all lanes of the row. That is harmless where one lane
 * stores everything and no other lane gets to know what these have read.
 */
function isOwn(load: Touch, stores: readonly Touch[], oneLaneStores: () => boolean): boolean {
  const { index, access, ofLane } = load.place();
  const same = stores
    .filter((one) => one.place().access === access)
    .filter((one) => text(one.place().index) === text(index));
  return same.length > 0 && same.every((one) => load.at < one.at) && (ofLane || oneLaneStores());
}

function isSample(kernel: Kernel, load: Touch, stores: readonly Touch[], all: readonly Placed[]): boolean {
  const { stmt, at: start } = load;
  const { index, access } = load.place();
  if (stmt.kind !== "load") return false;
  // Among rows taken together, the stores of the row that the element is of.
  const row = stores.filter(
    (store) =>
      (access === "one" || access === store.place().access) &&
      sampledPlaces(kernel, store).includes(text(index)),
  );
  if (row.length === 0) return false;
  const first = Math.min(...row.map((one) => one.at));
  return all.some(
    ({ stmt: exchange, at }) =>
      exchange.kind === "exchange" &&
      at >= start &&
      at <= first &&
      sourcesOf(all, exchange.value).has(stmt.name) &&
      row.every(
        (store) => store.stmt.kind === "store" && sourcesOf(all, store.stmt.value).has(exchange.name),
      ),
  );
}

/** By store: each is compared with every load of its kernel, which took a third of a build. */
const placesOfStores = new WeakMap<Touch, readonly string[]>();

/** The first, middle and last element of the row that a store goes over, as texts. */
function sampledPlaces(kernel: Kernel, store: Touch): readonly string[] {
  const known = placesOfStores.get(store) ?? findPlaces(kernel, store).map(text);
  placesOfStores.set(store, known);
  return known;
}

function findPlaces({ row, structure }: Kernel, { stmt, step, known, place }: Touch): Poly[] {
  if (step === undefined) return [];
  const width = structure.vector !== null && row.at(-1) === structure.vector ? 4 : 1;
  const count = scaled(step.end, width);
  const places = [constantPoly(0), sum(count, constantPoly(1), -1), opaque("div", [count, constantPoly(2)])];
  return places.map((at) => {
    const polys = new Map([[step.name, scaled(at, 1 / width)]]);
    const atPlace: Known = {
      ...known,
      valueOf(name) {
        const own = polys.get(name);
        const value = own === undefined ? step.lets.get(name) : undefined;
        if (value === undefined) return own ?? known.valueOf(name);
        const made = polyOf(value, atPlace);
        polys.set(name, made);
        return made;
      },
    };
    return scaled(polyOf(stmt.index, atPlace), place().access === "four" ? 4 : 1);
  });
}

/** Facts about windows. */

import type { Node, Reach, Window, WindowNode } from "./graph.ts";
import { addends } from "./terms.ts";

/** A window in words, as the printers of graphs and plans show it: `T 3 before, all after`. */
export function windowText({ axis, before, after }: Window): string {
  return `${axis} ${reachText(before)} before, ${reachText(after)} after`;
}

function reachText(reach: Reach): string {
  switch (reach.kind) {
    case "fixed":
      return String(reach.count);
    case "param":
      return reach.share === "whole" ? reach.param : `${reach.share}(${reach.param})`;
    case "all":
      return "all";
  }
}

/** The values that a window needs at other coordinates than its own. Of a variance these are the terms of a sum. */
export function neighbours({ op, args }: WindowNode): readonly Node[] {
  switch (op) {
    case "rest":
    case "var":
      return addends(args[0]);
    case "matches":
      return args.slice(0, 2);
    case "pull":
      return [args[0], ...addends(args[1])];
    case "sum":
    case "mean":
    case "max":
    case "min":
      return args;
  }
}

/** How many elements a window has at most. Infinite if that depends on an extent or a param. */
export function mostElements(over: readonly Window[]): number {
  const count = (reach: Reach): number => (reach.kind === "fixed" ? reach.count : Number.POSITIVE_INFINITY);
  return over.reduce((total, { before, after }) => total * (count(before) + 1 + count(after)), 1);
}

/** A window of up to this many elements is short. */
const short = 64;

export function isLongWindow(over: readonly Window[]): boolean {
  return !(mostElements(over) <= short);
}

/** Whether kernels go over a window in as many steps for each coordinate: it is short, or centred and its length a param. */
export function isStepped(over: readonly Window[]): boolean {
  return !isLongWindow(over) || over.every(isCentred);
}

/** A centred window whose length is a param: mostly a few elements. */
function isCentred({ before }: Window): boolean {
  return before.kind === "param" && before.share === "lower";
}

/** `--layout`: the order of a tensor's axes in memory. */

import type { Layout } from "../../../compile/build/layouts.ts";
import { CommandError } from "../terminal/failure.ts";

/** `N,...S,C` or `x=N,...S,C`. Throws a CommandError 2. */
export function parseLayout(text: string): Layout {
  const [, tensor, axes] = /^(?:([A-Za-z_]\w*)=)?([^=]+)$/.exec(text.trim()) ?? [];
  const names = (axes ?? "").split(",").map((one) => one.trim().replace(/^\.\.\./, ""));
  if (axes === undefined || names.some((one) => !/^[A-Za-z_]\w*$/.test(one))) {
    throw new CommandError(2, `--layout: expected AXIS,AXIS,… or TENSOR=AXIS,AXIS,…, given \`${text}\``);
  }
  return { text, tensor, axes: names };
}

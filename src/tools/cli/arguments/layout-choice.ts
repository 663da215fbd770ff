/** `--layout`: the order of a tensor's axes in memory. */

import { type Layout, parseLayout } from "../../../compile/build/layouts.ts";
import { CommandError } from "../terminal/failure.ts";

/** `N,...S,C` or `x=N,...S,C`. Throws a CommandError 2. */
export function readLayout(text: string): Layout {
  const layout = parseLayout(text);
  if (layout !== undefined) return layout;
  throw new CommandError(2, `--layout: expected AXIS,AXIS,… or TENSOR=AXIS,AXIS,…, given \`${text}\``);
}

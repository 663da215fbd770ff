/** Equations on neighbouring lines have their `=` in one column, updates their `<-`. */
import type { NormItem, Statement } from "../syntax/ast.ts";
import type { Margin } from "./comments.ts";

/** How wide the name of a statement is to be. */
export type Columns = ReadonlyMap<Statement, number>;

/** Names that differ more in length would tear their equations apart. */
const mostBlanks = 4;

export function nameOf(item: Statement): string {
  return item.kind === "define" ? item.name.text : item.state.text;
}

export function alignment(margin: Margin, items: readonly NormItem[]): Columns {
  const columns = new Map<Statement, number>();
  let group: Statement[] = [];
  const close = (): void => {
    const lengths = group.map((one) => nameOf(one).length);
    const longest = lengths.reduce((most, one) => Math.max(most, one), 0);
    const shortest = lengths.reduce((least, one) => Math.min(least, one), longest);
    if (longest - shortest <= mostBlanks) for (const one of group) columns.set(one, longest);
    group = [];
  };
  for (const item of items) {
    const last = group.at(-1);
    if (last !== undefined && !continues(margin, last, item)) close();
    if (item.kind === "define" || item.kind === "update") group.push(item);
  }
  close();
  return columns;
}

/** Also on one line in the text: the formatter gives each its own. A comment within is lifted between the two. */
function continues(margin: Margin, last: Statement, item: NormItem): boolean {
  return (
    item.kind === last.kind &&
    margin.lineBreaks(last.span.end, item.span.start) <= 1 &&
    margin.between(item.span.start, item.span.end).length === 0
  );
}

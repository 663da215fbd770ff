/** Aligns the `=` of equations on neighbouring lines in one column, and the `<-` of updates. */
import type { NormItem, Statement } from "../syntax/ast.ts";
import type { Margin } from "./comments.ts";

/** The width to which the name of a statement is padded. */
export type Columns = ReadonlyMap<Statement, number>;

/** If the lengths of names differ by more, they are not aligned, because the gap would tear the equations apart. */
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

/**
 * Also true for two statements on one line: the formatter puts each on its own. A comment inside is lifted between
 * them.
 */
function continues(margin: Margin, last: Statement, item: NormItem): boolean {
  return (
    item.kind === last.kind &&
    margin.lineBreaks(last.span.end, item.span.start) <= 1 &&
    margin.between(item.span.start, item.span.end).length === 0
  );
}

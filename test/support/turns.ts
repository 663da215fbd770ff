/**
 * The cases of a wide table that are this adapter's: each case runs on one adapter, its neighbour on the next, so that all
 * run. A pipeline takes a software adapter 0.1 to 1 s, and a table of norms by strategies or by shapes has hundreds; both
 * adapters see every norm, every strategy and every shape, but not each of their pairs.
 * @param place the place of the adapter among `count` of them.
 * @param offset moves the start: another one for each row of a table of rows.
 */
export function inTurn<T>(cases: readonly T[], place: number, count: number, offset = 0): T[] {
  return cases.filter((_, number) => (number + offset) % count === place);
}

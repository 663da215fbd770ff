/** `--shard 2/8`: the same work on every machine, of which each does its part, as test runners do. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Nothing for a text that is none. Counted from 1. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  return shard.index >= 1 && shard.index <= shard.count ? shard : undefined;
}

/** In the order of their keys every n-th, so that it does not matter in which order the work was given. */
export function shardOf<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { index, count }: Shard,
): readonly T[] {
  const sorted = [...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return sorted.filter((_, i) => i % count === index - 1);
}

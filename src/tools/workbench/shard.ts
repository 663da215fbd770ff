/** `--shard 2/8`: every machine gets the same list of work and does its own share, as in test runners. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Undefined if the string is not a shard. Shards count from 1. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  return shard.index >= 1 && shard.index <= shard.count ? shard : undefined;
}

/** Every n-th item in the order of the keys, so that the order of the list does not matter. */
export function shardOf<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { index, count }: Shard,
): readonly T[] {
  const sorted = [...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return sorted.filter((_, i) => i % count === index - 1);
}

/** Norms that an op keeps, by what they are made of. The one that was used least lately goes first. */
export interface KeptNorms<N> {
  find(made: readonly unknown[], make: () => N): N;
}

/** @param drop is called for one that goes. */
export function keepNorms<N>(most: number, drop: (norm: N) => void): KeptNorms<N> {
  const norms = new Map<string, N>();
  return {
    find(made, make) {
      const key = JSON.stringify(made);
      const norm = norms.get(key) ?? make();
      norms.delete(key);
      norms.set(key, norm);
      const [oldest] = norms;
      if (norms.size > most && oldest !== undefined) {
        norms.delete(oldest[0]);
        drop(oldest[1]);
      }
      return norm;
    },
  };
}

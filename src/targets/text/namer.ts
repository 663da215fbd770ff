/**
 * The namer: one owner of every identifier in an emitted module. Names of a spec keep their spelling where the target
 * allows it; a word that the target reserves, or one that is taken, gets a suffix.
 */
export interface Namer {
  /** The identifier for a thing: the same key always gets the same identifier, two keys never do. */
  name(key: string, wanted: string): string;
}

export function createNamer(isReserved: (word: string) => boolean): Namer {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  /** How far each base is counted. */
  const counts = new Map<string, number>();
  return {
    name: (key, wanted) => {
      const known = given.get(key);
      if (known !== undefined) return known;
      const base = wanted.replace(/[^A-Za-z0-9_]/g, "_").replace(/^_+|_+$/g, "") || "v";
      const start = /^[0-9]/.test(base) ? `v${base}` : base;
      let made = start;
      let count = counts.get(start) ?? 0;
      while (taken.has(made) || isReserved(made)) {
        count += 1;
        made = `${start}_${count}`;
      }
      counts.set(start, count);
      taken.add(made);
      given.set(key, made);
      return made;
    },
  };
}

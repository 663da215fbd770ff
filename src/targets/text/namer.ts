/**
 * The namer: one owner of every identifier in an emitted module. Names of a spec keep their spelling where the target
 * allows it; a word that the target reserves, or one that is taken, gets a suffix.
 */
export interface Namer {
  /** The identifier for a thing: the same key always gets the same identifier, two keys never do. */
  name(key: string, wanted: string): string;
}

/** What a target keeps for itself. */
export interface Reserved {
  /** A suffix leads out of these: there are finitely many. */
  readonly words: ReadonlySet<string>;
  /** No suffix leads out of these, so a name that begins so gets another beginning, `v_`. None of them begins with `v_`. */
  readonly prefixes: readonly string[];
  /** Whether names with two underscores side by side are reserved: such a name gets one. */
  readonly twoUnderscores: boolean;
}

/** For texts in several languages that share their names. */
export function reservedInAny(all: readonly Reserved[]): Reserved {
  return {
    words: new Set(all.flatMap((one) => [...one.words])),
    prefixes: all.flatMap((one) => one.prefixes),
    twoUnderscores: all.some((one) => one.twoUnderscores),
  };
}

export function createNamer(reserved: Reserved): Namer {
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
      let made = respelled(start, reserved);
      // It ends: each round has another suffix, and few names are taken.
      let count = counts.get(start) ?? 0;
      while (taken.has(made) || reserved.words.has(made)) {
        count += 1;
        made = respelled(`${start}_${count}`, reserved);
      }
      counts.set(start, count);
      taken.add(made);
      given.set(key, made);
      return made;
    },
  };
}

function respelled(word: string, { prefixes, twoUnderscores }: Reserved): string {
  const single = twoUnderscores ? word.replace(/_{2,}/g, "_") : word;
  return prefixes.some((one) => single.startsWith(one)) ? `v_${single}` : single;
}

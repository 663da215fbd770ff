/**
 * The namer owns every identifier in an emitted module. A name of a spec keeps its spelling if the target allows it. A
 * word that is reserved or already taken gets a suffix.
 */
export interface Namer {
  /** Returns the identifier for a key. One key always gets the same identifier; two keys never share one. */
  name(key: string, wanted: string): string;
  /**
   * The identifiers so far of locals, of extents by factor, and of other constants. They are most of what a shader names, so
   * their keys are not put together.
   */
  readonly locals: Map<string, string>;
  readonly extents: Map<string, string>;
  readonly constants: Map<string, string>;
}

/** The names that a target reserves. */
export interface Reserved {
  /** Reserved words. There are finitely many, so a suffix always leads out of them. */
  readonly words: ReadonlySet<string>;
  /**
   * Reserved beginnings. A suffix does not help here, so such a name gets `v_` in front. None of the prefixes begins
   * with `v_`.
   */
  readonly prefixes: readonly string[];
  /** Whether names with two consecutive underscores are reserved. Such a name then gets a single one. */
  readonly twoUnderscores: boolean;
}

/** The union of several targets' reserved names, for shaders in several languages that share their identifiers. */
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
  /** The last number used for each base. */
  const counts = new Map<string, number>();
  return {
    locals: new Map(),
    extents: new Map(),
    constants: new Map(),
    name: (key, wanted) => {
      const known = given.get(key);
      if (known !== undefined) return known;
      const start = /^[A-Za-z][A-Za-z0-9]*$/.test(wanted) ? wanted : beginning(wanted);
      let made = respelled(start, reserved);
      // This terminates: each round tries a new suffix, and few names are taken.
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

function beginning(wanted: string): string {
  const base = wanted.replace(/[^A-Za-z0-9_]/g, "_").replace(/^_+|_+$/g, "") || "v";
  return /^[0-9]/.test(base) ? `v${base}` : base;
}

function respelled(word: string, { prefixes, twoUnderscores }: Reserved): string {
  const single = twoUnderscores ? word.replace(/_{2,}/g, "_") : word;
  return prefixes.some((one) => single.startsWith(one)) ? `v_${single}` : single;
}

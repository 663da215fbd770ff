/** The modules of a spec are replaced in one step: whenever a build is killed, they are those of one build. */
import { describe, expect, it } from "vitest";
import { isPassing, replaceModules } from "../../src/tools/cli/build/replace-modules.ts";

/** Four modules as a build writes them; what each says besides its loads is of one build. */
function modules(build: string, ending = "ts"): Map<string, string> {
  const load = (name: string): string => `import("./${name}.js")`;
  return new Map([
    [`a.${ending}`, `${build}\n${load("a.backward")}\n${load("a.variants")}\n`],
    [`a.backward.${ending}`, `${build}\n${load("a.backward.variants")}\n`],
    [`a.variants.${ending}`, `${build}\n`],
    [`a.backward.variants.${ending}`, `${build}\n`],
  ]);
}

class Killed extends Error {}

/** A folder in which the process is killed before a step. */
function folder(start: ReadonlyMap<string, string>, steps: number) {
  const lying = new Map(start);
  let left = steps;
  const step = (): void => {
    if (left-- === 0) throw new Killed();
  };
  return {
    lying,
    exists: (path: string) => lying.has(path),
    write(path: string, text: string) {
      step();
      lying.set(path, text);
    },
    remove(path: string) {
      step();
      lying.delete(path);
    },
  };
}

/** The builds of all modules that the main one leads to. */
function buildsFrom(main: string, lying: ReadonlyMap<string, string>, seen = new Set<string>()): Set<string> {
  const text = lying.get(main);
  if (text === undefined) throw new Error(`${main} is missing`);
  seen.add(text.split("\n")[0]!);
  for (const [, name] of text.matchAll(/import\("\.\/(.*)\.js"\)/g)) {
    buildsFrom(`${name}${/\.[jt]s$/.exec(main)![0]}`, lying, seen);
  }
  return seen;
}

function completes(
  files: ReturnType<typeof folder>,
  texts: ReadonlyMap<string, string>,
  changed: ReadonlySet<string>,
): boolean {
  try {
    replaceModules(files, texts, changed);
    return true;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return false;
  }
}

const old = modules("old");
const made = modules("new");

const cases: readonly [string, ReadonlyMap<string, string>, ReadonlyMap<string, string>][] = [
  ["all modules", old, made],
  ["modules in JavaScript", modules("old", "js"), modules("new", "js")],
  [
    "a module behind another that stays",
    old,
    new Map([...old, ["a.backward.variants.ts", "old\n// moved\n"]]),
  ],
  ["fewer modules", old, new Map([["a.ts", "new\n"]])],
  ["more modules", new Map([["a.ts", "old\n"]]), made],
];

describe.each(cases)("%s", (_, from, to) => {
  const main = [...to.keys()][0]!;
  const changed = new Set([...to.keys()].filter((path) => from.get(path) !== to.get(path)));

  it("are those of one build whenever the build is killed, and the next build completes them", () => {
    let killed = 0;
    for (let steps = 0; steps === killed; steps++) {
      const files = folder(from, steps);
      if (!completes(files, to, changed)) killed++;
      expect(buildsFrom(main, files.lying).size, `killed before step ${steps}`).toBe(1);
      const left = new Set([...to.keys()].filter((path) => files.lying.get(path) !== to.get(path)));
      let next = folder(files.lying, 0);
      for (let more = 0; completes(next, to, left) === false; more++) {
        expect(buildsFrom(main, next.lying).size, `before step ${steps}, then before ${more}`).toBe(1);
        next = folder(files.lying, more + 1);
      }
      for (const [path, text] of to) expect(next.lying.get(path)).toBe(text);
    }
    expect(killed).toBeGreaterThan(0);
  });

  it("lie in their places in the end, and no others beside them", () => {
    const files = folder(from, Number.POSITIVE_INFINITY);
    replaceModules(files, to, changed);
    expect([...files.lying.keys()].filter(isPassing)).toEqual([]);
    for (const [path, text] of to) expect(files.lying.get(path)).toBe(text);
  });
});

it("writes each file once where there was none", () => {
  const files = folder(new Map(), 4);
  replaceModules(files, made, new Set(made.keys()));
  expect(files.lying).toEqual(made);
});

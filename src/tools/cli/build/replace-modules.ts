/**
 * Replaces the modules of a spec so that at every moment the module that users import finds modules of its own build,
 * whenever the process is killed. One file is replaced in one step; the modules of a spec are several, which load each
 * other. So new modules are first written under other names; the main module that loads those is the step from the old
 * build to the new one; then they get their names, and last comes the main module that loads them by these.
 */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";

export interface Files {
  readonly exists: (path: string) => boolean;
  readonly write: (path: string, text: string) => void;
  readonly remove: (path: string) => void;
}

/** `group_norm.backward.next-1a2b3c4d.ts` */
const next = /\.next-[0-9a-f]{8}(\.[jt]s)$/;

/** Whether a file is one of those that are there only while modules are replaced. */
export function isPassing(path: string): boolean {
  return next.test(path);
}

/**
 * @param texts all files of a spec by path.
 * @param changed the paths of those that are missing or have other texts.
 */
export function replaceModules(
  files: Files,
  texts: ReadonlyMap<string, string>,
  changed: ReadonlySet<string>,
): void {
  const loads = new Map([...texts].map(([path, text]) => [path, loadedBy(text, texts)]));
  const loaded = new Set([...loads.values()].flat());
  // What is loaded last comes first: each module finds what it loads.
  const order = [...texts.keys()].reverse();
  const later = order.filter((path) => loaded.has(path));
  const main = order.filter((path) => !loaded.has(path));
  const write = (path: string): void => {
    if (changed.has(path)) files.write(path, texts.get(path)!);
  };
  if (later.some((path) => changed.has(path) && files.exists(path))) {
    const moved = new Map<string, string>();
    const tag = randomBytes(4).toString("hex");
    for (let size = -1; size !== moved.size; ) {
      size = moved.size;
      for (const path of later) {
        const moves = changed.has(path) || loads.get(path)!.some((one) => moved.has(one));
        if (moves) moved.set(path, path.replace(/(\.[jt]s)$/, `.next-${tag}$1`));
      }
    }
    const passing = (path: string): string => loadingOthers(texts.get(path)!, moved);
    for (const [path, name] of moved) files.write(name, passing(path));
    const loaders = main.filter((path) => loads.get(path)!.some((one) => moved.has(one)));
    for (const path of loaders) files.write(path, passing(path));
    for (const path of later) write(path);
    for (const path of loaders) files.write(path, texts.get(path)!);
    for (const name of moved.values()) files.remove(name);
    for (const path of main) if (!loaders.includes(path)) write(path);
    return;
  }
  for (const path of later) write(path);
  for (const path of main) write(path);
}

/** The modules of the spec that a module loads. */
function loadedBy(text: string, all: ReadonlyMap<string, string>): string[] {
  return [...all.keys()].filter((path) => /(?<!\.d)\.[jt]s$/.test(path) && text.includes(loadOf(path)));
}

function loadingOthers(text: string, moved: ReadonlyMap<string, string>): string {
  let made = text;
  for (const [path, name] of moved) made = made.replaceAll(loadOf(path), loadOf(name));
  return made;
}

function loadOf(path: string): string {
  return `import(${JSON.stringify(`./${basename(path).replace(/\.[jt]s$/, ".js")}`)})`;
}

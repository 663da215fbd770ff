/** A small project in a temporary folder, which imports specs. */
import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, temporaryFolder } from "../cli/normc.ts";

export interface Project {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Deletes a link. */
  unlink(name: string): void;
  [Symbol.dispose](): void;
}

/** The package `normc` in it is this checkout. */
export function projectOf(files: Readonly<Record<string, string>>): Project {
  const folder = temporaryFolder();
  const project: Project = {
    ...folder,
    unlink: (name) => unlinkSync(join(folder.path, name)),
    write(texts) {
      for (const [name, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(folder.path, name)), { recursive: true });
        writeFileSync(join(folder.path, name), text);
      }
    },
  };
  project.write({ "package.json": `{ "name": "app", "type": "module" }`, ...files });
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(root, join(folder.path, "node_modules/normc"));
  return project;
}

/** Subtracts the mean. `change` is what follows it. */
export function centered(change = ""): string {
  return `/// Subtracts the mean.
norm Centered {
  axes   N, D
  input  x[N, D]

  y = (x - mean(x over D))${change}

  output y
}
`;
}

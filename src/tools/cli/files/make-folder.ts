import { lstatSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileError, InputError } from "../terminal/failure.ts";
import { reasonOf } from "./host.ts";

/**
 * Makes one parent after the other: Node's own `recursive` never returns below a folder such as /proc.
 * @throws InputError N005
 */
export function makeFolder(path: string): void {
  const full = resolve(path);
  try {
    if (lstatSync(full, { throwIfNoEntry: false }) !== undefined) return;
    if (dirname(full) !== full) makeFolder(dirname(full));
    mkdirSync(full);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw fileError("N005", path, `cannot make the folder \`${path}\`: ${reasonOf(error, "write")}`);
  }
}

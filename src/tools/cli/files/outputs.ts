/** What may not be written: found out before the work whose result goes there. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CommandError, fileError } from "../terminal/failure.ts";
import { reasonOf } from "./host.ts";
import { throughLinks } from "./replace-file.ts";

/** @throws InputError N005 if a file cannot be made or replaced there. */
export function refuseUnwritable(path: string): void {
  const target = throughLinks(path);
  try {
    const found = statSync(target, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (found !== undefined) accessSync(target, constants.W_OK);
    // A file is replaced by one that is made beside it.
    if (found === undefined || found.isFile()) accessSync(dirname(target), constants.W_OK);
  } catch (error) {
    throw fileError("N005", path, `cannot write \`${path}\`: ${reasonOf(error, "write")}`);
  }
}

/**
 * @param others what the command reads or writes as well, by what it is.
 * @throws CommandError 2 if the output would replace one of them.
 */
export function refuseSameFile(option: string, path: string, others: Readonly<Record<string, string>>): void {
  for (const [what, other] of Object.entries(others)) {
    if (realOf(path) !== realOf(other)) continue;
    throw new CommandError(2, `${option} ${path} would replace ${what}: give it another name`);
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The files that are being written and have not yet their names. A killed process leaves them behind. */
import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** A name may have 255 bytes, and a character up to three. */
const mostCharacters = 60;

const pattern = /^\.(.+)\.([0-9a-f]{8})[0-9a-f]{4,8}\.tmp$/s;

/** `.NAME.HEX.tmp`. The first eight digits are the process that writes it. */
export function unfinishedName(path: string): string {
  const name = basename(path).slice(-mostCharacters);
  return `.${name}.${hex(process.pid)}${randomBytes(4).toString("hex")}.tmp`;
}

/**
 * Deletes what processes that have ended left in a folder.
 * @param isOwn whether a file of that name is ours. Of a long name it gets only the end.
 */
export function deleteUnfinished(folder: string, isOwn: (name: string) => boolean): void {
  for (const file of readdirSync(folder)) {
    const [, name, writer] = pattern.exec(file) ?? [];
    if (name === undefined || writer === undefined || !isOwn(name)) continue;
    const path = join(folder, file);
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
    // Another build may be writing into the same folder.
    if (isRunning(Number.parseInt(writer, 16))) continue;
    rmSync(path, { force: true });
  }
}

/** This process itself has no unfinished file when it cleans up: in a container it may have the number of a killed one. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    // Signal 0 is not sent, only checked.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function hex(pid: number): string {
  return pid.toString(16).padStart(8, "0");
}

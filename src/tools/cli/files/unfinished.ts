/** The files that are being written and have not yet their names. A killed process leaves them behind. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";

/** A name may have 255 bytes, and a character up to three. */
const mostCharacters = 60;

/** `.NAME.HEX.tmp`. The first eight digits are the process that writes it. */
export function unfinishedName(path: string): string {
  const name = basename(path).slice(-mostCharacters);
  return `.${name}.${hex(process.pid)}${randomBytes(4).toString("hex")}.tmp`;
}

function hex(pid: number): string {
  return pid.toString(16).padStart(8, "0");
}

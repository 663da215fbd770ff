/**
 * One build at a time writes into a folder: the modules of two builds with different options must not lie side by side.
 * The lock is a file in the folder, there only while files are written.
 */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { reasonOf } from "../files/host.ts";
import { fileError } from "../terminal/failure.ts";

const lockFile = ".normc.writing";

/** A build that writes says so at least that often. */
const beatMs = 1000;

/** After such a silence the build is gone, whatever process has its number now. */
const silenceMs = 15_000;

const lookMs = 15;

const patienceMs = 120_000;

/** Says that this build still writes. To be called between the files. */
export type Beat = () => void;

/**
 * Waits until no other build writes into the folder.
 * @throws InputError N630 if another build does not come to an end.
 */
export async function whileLocked<T>(
  folder: string,
  write: (beat: Beat) => Promise<T>,
  patience = patienceMs,
): Promise<T> {
  const path = join(folder, lockFile);
  const mine = `${process.pid} ${randomBytes(8).toString("hex")}`;
  const start = performance.now();
  while (!take(path, mine)) {
    if (isGone(path)) remove(path);
    else if (performance.now() - start > patience) {
      const message = `another build keeps writing into \`${folder}\`: end it, or delete \`${path}\` if there is none`;
      throw fileError("N630", folder, message);
    } else await wait(lookMs);
  }
  let last = performance.now();
  const beat = (): void => {
    if (performance.now() - last < beatMs) return;
    last = performance.now();
    if (textOf(path) === mine) utimesSync(path, new Date(), new Date());
  };
  try {
    return await write(beat);
  } finally {
    // After a long sleep of the machine another build may have taken it.
    if (textOf(path) === mine) rmSync(path, { force: true });
  }
}

function take(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw fileError("N005", path, `cannot write \`${path}\`: ${reasonOf(error, "write")}`);
  }
}

/** Whether the build that has the lock has ended. */
function isGone(path: string): boolean {
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const text = textOf(path);
  if (time === undefined || text === undefined) return false;
  if (Date.now() - time > silenceMs) return true;
  const pid = Number(text.split(" ")[0]);
  // A lock of this process can be one of another build in it, or of a process in another container.
  return pid > 0 && pid !== process.pid && !isRunning(pid);
}

/** Two builds may find the same lock of a dead one: the slower must not take away what the faster has taken since. */
function remove(path: string): void {
  const found = textOf(path);
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== found) linkSync(aside, path);
  } catch {
    // Another build was faster.
  }
  rmSync(aside, { force: true });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 is not sent, only checked.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Reads and writes tuning files. */
import { existsSync } from "node:fs";
import { emptyTuning, parseTuning, printTuning, type TuningFile } from "../../../tuning/file/tuning-file.ts";
import { CommandError } from "../terminal/failure.ts";
import { decode, readBytes } from "./host.ts";
import { replaceText, throughLinks } from "./replace-file.ts";

const mostBytes = 64 * 1024 * 1024;

/** @throws CommandError 1 if this is not a tuning file. */
export function readTuningFile(path: string): TuningFile {
  const { text } = decode(path, readBytes(path, mostBytes));
  try {
    return parseTuning(text);
  } catch (error) {
    throw new CommandError(
      1,
      `${path} is not a tuning file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export function readOrEmpty(path: string): TuningFile {
  return existsSync(path) ? readTuningFile(path) : emptyTuning;
}

export function writeTuningFile(path: string, file: TuningFile): void {
  replaceText(throughLinks(path), printTuning(file));
}

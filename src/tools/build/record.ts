/** What is known of a built spec without the texts of its files, as JSON. */
import type { LockedKernel } from "../../compile/build/lock.ts";
import type { Diagnostic, Source } from "../../language/diagnostics/diagnostic.ts";

export interface SpecRecord {
  readonly files: readonly RecordedFile[];
  readonly kernels: readonly (readonly [string, LockedKernel])[];
  readonly tuned: number;
  /** Which of the layouts of the build applied to a tensor. */
  readonly usedLayouts: readonly number[];
  /** Warnings. A spec with errors is not stored. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface RecordedFile {
  readonly path: string;
  /** The SHA-256 of its text. */
  readonly hash: string;
}

/** @param sources the spec and its imports: in the text they are numbers. */
export function printRecord(record: SpecRecord, sources: readonly Source[]): string {
  const numbers = new Map(sources.map((one, i) => [one, i]));
  return JSON.stringify(record, (_, value: unknown) => {
    const number = numbers.get(value as Source);
    return number === undefined ? value : { [sourceKey]: number };
  });
}

const sourceKey = "$source";

/** @param sources in the same order. Returns undefined if the text is no record. */
export function readRecord(text: string, sources: readonly Source[]): SpecRecord | undefined {
  try {
    const value: unknown = JSON.parse(text, (_, one: unknown) => {
      if (typeof one !== "object" || one === null || !(sourceKey in one)) return one;
      return sources[Number(one[sourceKey])];
    });
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text has the hash with which it was written, so this only guards against texts of other purposes. */
function isRecord(value: unknown): value is SpecRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    ["files", "kernels", "diagnostics", "usedLayouts"].every((name) =>
      Array.isArray((value as Record<string, unknown>)[name]),
    )
  );
}

import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Takes the mistakes that the rules find. */
export interface Findings {
  /** The tokens go on as if the fix had been applied. */
  repaired(one: Diagnostic): void;
  /** Nobody knows what is meant: the statement is not read. */
  lost(one: Diagnostic): void;
}

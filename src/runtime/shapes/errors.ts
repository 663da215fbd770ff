/** Codes of what can be wrong when a norm is created or run; each has a page in `docs/diagnostics`. */
export type NormErrorCode =
  | "N308"
  | "N501"
  | "N502"
  | "N503"
  | "N504"
  | "N505"
  | "N506"
  | "N507"
  | "N508"
  | "N510"
  | "N511"
  | "N513"
  | "N514"
  | "N517"
  | "N518";

/** What the runtime throws: the message names the axis or tensor, what was expected and what was given. */
export class NormError extends Error {
  readonly code: NormErrorCode;

  constructor(code: NormErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NormError";
    this.code = code;
  }
}

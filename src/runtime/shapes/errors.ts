/** The codes of errors when a norm is created or run. `docs/diagnostics` has a page for each. */
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
  | "N518"
  | "N520"
  | "N521"
  | "N522"
  | "N524"
  | "N525"
  | "N530"
  | "N531"
  | "N532"
  | "N533"
  | "N534"
  | "N535"
  | "N540"
  | "N541"
  | "N542"
  | "N543"
  | "N560"
  | "N561"
  | "N562"
  | "N563";

/** The error that the runtime throws. The message names the axis or tensor, and the expected and the given value. */
export class NormError extends Error {
  readonly code: NormErrorCode;

  constructor(code: NormErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NormError";
    this.code = code;
  }
}

/** How a command ends if it cannot do its work. */
import type { Code } from "../../../language/diagnostics/codes.ts";
import { type Diagnostic, diagnostic } from "../../../language/diagnostics/diagnostic.ts";

/** 0 done, 1 the input is wrong, 2 the command line is wrong, 3 no device can do it. */
export type ExitCode = 0 | 1 | 2 | 3;

/** The input is wrong. Diagnostics say where. */
export class InputError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((one) => one.message).join("; "));
    this.diagnostics = diagnostics;
  }
}

/** A file as a whole is the reason: there is no text to point at. */
export function fileError(code: Code, path: string, message: string): InputError {
  return new InputError([diagnostic(code, message, { source: { path, text: "" }, start: 0, end: 0 })]);
}

/** Any other failure that is not a defect of normc, in one line. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  /** The page in `docs/diagnostics` that explains it, if there is one. */
  readonly code: Code | undefined;

  constructor(exitCode: ExitCode, message: string, code?: Code) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** `normc: message` or `error[N508]: message`. */
export function commandErrorText({
  code,
  message,
}: {
  readonly code?: Code | undefined;
  readonly message: string;
}): string {
  return code === undefined ? `normc: ${message}` : `error[${code}]: ${message}`;
}

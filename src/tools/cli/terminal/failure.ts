/** How a command ends if it cannot do its work. */
import type { Diagnostic } from "../../../language/diagnostics/diagnostic.ts";

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

/** Any other failure that is not a defect of normc, in one line. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

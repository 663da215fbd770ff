/** How a command ends when it cannot do what it was asked to. */
import type { Diagnostic } from "../../../language/diagnostics/diagnostic.ts";

/** 0 done, 1 the input is wrong, 2 the command line is wrong, 3 no device can do it. */
export type ExitCode = 0 | 1 | 2 | 3;

/** The input is wrong: diagnostics say where. */
export class InputError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((one) => one.message).join("; "));
    this.diagnostics = diagnostics;
  }
}

/** Anything else that is not a defect of ours, said in one line. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

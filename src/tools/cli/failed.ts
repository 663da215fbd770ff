/** What the command line says and returns if a command throws. */
import { CommanderError } from "commander";
import type { Code } from "../../language/diagnostics/codes.ts";
import { escaped } from "../../language/diagnostics/display.ts";
import { NormError, type NormErrorCode } from "../../runtime/shapes/errors.ts";
import { reasonOf } from "./files/host.ts";
import { CommandError, commandErrorText, type ExitCode, InputError } from "./terminal/failure.ts";
import { say, showDiagnostics } from "./terminal/output.ts";

/** What another device could do. */
const deviceCodes: ReadonlySet<string> = new Set<NormErrorCode>(["N508", "N510", "N517", "N540", "N541"]);

export function failed(error: unknown, json: boolean): ExitCode {
  // Help and the version end this way too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InputError) {
    showDiagnostics(error.diagnostics, json);
    return 1;
  }
  if (error instanceof CommandError) {
    say(escaped(commandErrorText(error)));
    return error.exitCode;
  }
  if (error instanceof NormError && error.code !== "N513") {
    say(escaped(commandErrorText(error)));
    return deviceCodes.has(error.code) ? 3 : 1;
  }
  const fileMessage = systemErrorText(error);
  if (fileMessage !== undefined) {
    say(escaped(fileMessage));
    return 1;
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`this is a defect of normc: ${message.split("\n")[0]}, please report it`);
  if (process.env.NORMC_DEBUG === "1") say(error instanceof Error ? (error.stack ?? "") : "");
  return 1;
}

/** An error of the file system that its caller did not expect is still no defect: it says which path and why. */
function systemErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && "syscall" in error)) return undefined;
  if (error.syscall === "uv_cwd") return "error[N001]: the working folder is no longer there";
  const path = "path" in error ? String(error.path) : undefined;
  if (path === undefined) return undefined;
  const code: Code = writingCalls.has(String(error.syscall)) ? "N005" : "N001";
  return `error[${code}]: cannot use \`${path}\`: ${reasonOf(error, code === "N005" ? "write" : "read")}`;
}

const writingCalls = new Set(["mkdir", "rename", "unlink", "rmdir", "write", "rm", "chmod", "ftruncate"]);

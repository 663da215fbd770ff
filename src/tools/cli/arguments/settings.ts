/** `--set NAME=NUMBER,…`. */
import { CommandError } from "../terminal/failure.ts";

export function parseSettings(words: readonly string[]): Readonly<Record<string, number>> {
  const entries = words
    .flatMap((word) => word.split(","))
    .filter((one) => one.trim() !== "")
    .map((one): [string, number] => {
      const [, name, value] = /^\s*([A-Za-z_]\w*)\s*=\s*(\S+)\s*$/.exec(one) ?? [];
      if (name === undefined || value === undefined) {
        throw new CommandError(2, `--set: expected NAME=NUMBER, given \`${one}\``);
      }
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) {
        throw new CommandError(2, `--set: expected a number for ${name}, given \`${value}\``);
      }
      return [name, Number(value)];
    });
  return Object.fromEntries(entries);
}

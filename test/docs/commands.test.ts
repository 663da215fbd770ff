/** The command lines of the documentation: their commands and flags exist, and those of the README run. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, normc, root, temporaryFolder } from "../cli/normc.ts";
import { hasDevice } from "../support/device.ts";
import { codeBlocks } from "./blocks.ts";

interface Line {
  readonly at: string;
  /** Behind `normc`, without the comment. */
  readonly words: string;
  readonly comment: string;
}

const lines = codeBlocks()
  .filter(({ language }) => language === "" || language === "sh")
  .flatMap(({ at, text }) =>
    text.split("\n").flatMap((line): Line[] => {
      const [, words, comment = ""] = /^(?:npx )?normc (.*?)(?:\s+#(.*))?$/.exec(line) ?? [];
      return words === undefined ? [] : [{ at, words, comment }];
    }),
  );

const commands = new Set(lines.map(({ words }) => words.split(" ")[0]));
const helps = new Map<string, Promise<string>>();

function helpOf(command: string): Promise<string> {
  const help = helps.get(command) ?? normc([command, "--help"]).then(({ out }) => out);
  helps.set(command, help);
  return help;
}

describe("flags", () => {
  test("the documentation has command lines", () => expect(lines.length).toBeGreaterThan(10));

  // A comment names further flags: of the same command, or behind the name of another.
  test.each(lines)("$at normc $words", async ({ words, comment }) => {
    const [command = ""] = words.split(" ");
    const own = words.match(/--[a-z-]+/g)?.map((flag) => [command, flag] as const) ?? [];
    const further = [...comment.matchAll(/(?:\b(\w+) )?(--[a-z-]+)/g)].map(
      ([, before = "", flag = ""]) => [commands.has(before) ? before : command, flag] as const,
    );
    expect(await helpOf(command)).toContain(`Usage: normc ${command} `);
    for (const [name, flag] of [...own, ...further])
      expect(await helpOf(name), `${name} ${flag}`).toMatch(new RegExp(`${flag}\\b`));
  });
});

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const row = { dims: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] };

/** What a line takes as given: specs, and feeds that fit both norms that the README feeds. */
beforeAll(() => {
  mkdirSync(join(folder.path, "norms"));
  for (const name of ["layer_norm", "softmax"])
    cpSync(join(root, `library/${name}.norm`), join(folder.path, `norms/${name}.norm`));
  writeFileSync(join(folder.path, "feeds.json"), JSON.stringify({ feeds: { x: row } }));
});

const runnable = lines.filter(({ at, words }) => at.startsWith("README") && !words.includes(".onnx"));

/** As it is, but on a few elements, and a search as short as can be. */
function small(words: string): string {
  const shrunk = words.replaceAll(/\d+/g, (digits) => String(Math.min(32, Number(digits))));
  return words.startsWith("tune") ? `${shrunk} --budget 1ms` : shrunk;
}

describe.skipIf(!(await hasDevice()))("they run", () => {
  test.each(runnable)(
    "normc $words",
    async ({ words }) => {
      const command = `"${process.execPath}" --conditions=source --disable-warning=ExperimentalWarning "${join(root, "scripts/normc.mjs")}" ${small(words)}`;
      const { code, err } = await ended("sh", ["-c", command], folder.path);
      expect(code, err).toBe(0);
    },
    120_000,
  );
});

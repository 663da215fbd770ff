/** Documents show only commands, options and scripts that there are. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { normc } from "../cli/normc.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "ARCHITECTURE.md",
  "bench/README.md",
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const texts = documents.map((document) => [document, read(document)] as const);

interface Shown {
  readonly document: string;
  readonly command: string;
  readonly options: readonly string[];
}

/** The lines of code blocks, and code within a line. */
function codeIn(text: string): string[] {
  const blocks = /^```.*\n([\s\S]*?)^```$/gm;
  const inline = text.replace(blocks, "").matchAll(/`([^`]+)`/g);
  return [...text.matchAll(blocks), ...inline].flatMap(([, code]) => (code as string).split("\n"));
}

/** `normc build FILE --out DIR`, also after `$` or `npx`. What follows `#` is a comment. */
const shown: readonly Shown[] = texts.flatMap(([document, text]) =>
  [
    ...codeIn(text)
      .join("\n")
      .matchAll(/^(?:\$ |npx )?normc ([a-z]+)([^\n#]*)/gm),
  ].map(([, command, rest]) => ({
    document,
    command: command as string,
    options: (rest as string).match(/(?<= )--[a-z-]+/g) ?? [],
  })),
);

test("every command and option of normc", async () => {
  const commands = [...new Set(shown.map((one) => one.command))];
  const helps = new Map(
    await Promise.all(commands.map(async (one) => [one, await normc([one, "--help"])] as const)),
  );
  const wrong = shown.flatMap(({ document, command, options }) => {
    const { out } = helps.get(command)!;
    if (!out.startsWith(`Usage: normc ${command} `)) return [`${document}: normc ${command}`];
    const known = new Set(out.match(/--[a-z-]+/g));
    return options.filter((one) => !known.has(one)).map((one) => `${document}: normc ${command} ${one}`);
  });
  expect(shown.length).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});

test("every script of npm", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = texts.flatMap(([document, text]) =>
    [...text.matchAll(/npm (?:run (?:--silent )?([a-z:]+)|(start|test)\b)/g)].map(
      ([, script, short]) => [document, (script ?? short) as string] as const,
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(([, script]) => !Object.hasOwn(scripts, script))).toEqual([]);
});

/** Documents show only npm scripts that there are. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

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

/** `ARCHITECTURE.md` shows what is: its excerpts, its folders and the files that it names. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withExcerpts } from "./excerpts.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

test("the excerpts are what the stages print today", async () => {
  const page = read("ARCHITECTURE.md");
  const made = await withExcerpts(page);
  if (process.env.UPDATE_GOLDENS) writeFileSync(new URL("ARCHITECTURE.md", root), made);
  else expect(made).toBe(page);
});

test("the picture has the folders of the road, in its order", () => {
  const road = /const road = \[([^\]]*)\]/.exec(read("test/structure.test.ts"))?.[1];
  const folders = [...(road ?? "").matchAll(/"([^"]+)"/g)].map(([, folder]) => folder as string);
  const picture = /<!-- road -->\n\n```\n([\s\S]*?)```/.exec(read("ARCHITECTURE.md"))?.[1] ?? "";
  const shown = picture
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ")[0] as string);
  // A folder may stand for those below it.
  const expected = folders.filter(
    (one) => !shown.some((folder) => folder !== "src" && one.startsWith(`${folder}/`)),
  );
  expect(shown).toEqual(expected);
});

const documents = [
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "README.md",
  "bench/README.md",
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

describe("documents name what is there", () => {
  test.each(documents)("%s", (document) => {
    const text = read(document);
    const named = [
      ...text.matchAll(/`((?:src|test|grammar|templates|scripts|bench|docs|examples)\/[^`\s*]*)`/g),
    ];
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)];
    const missing = [
      ...named.map(([, path]) => new URL(path as string, root)),
      ...linked.map(([, path]) => new URL(path as string, new URL(document, root))),
    ].filter((one) => !existsSync(one));
    expect(missing.map(String)).toEqual([]);
  });

  test("the index of decisions lists every page", () => {
    const folder = new URL("docs/decisions/", root);
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((one) =>
      one.includes("/"),
    );
    const listed = [...read("docs/decisions/README.md").matchAll(/^- \[(.*)\]\((.*)\)$/gm)];
    expect(listed.map(([, , path]) => path).sort()).toEqual(pages.sort());
    for (const [, title, path] of listed)
      expect(read(`docs/decisions/${path}`).split("\n")[0]).toBe(`# ${title}`);
  });
});

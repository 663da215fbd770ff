import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { type Code, codes } from "../../src/language/diagnostics/codes.ts";
import { diagnose, normBlocks, readDoc, told } from "./blocks.ts";

const all = Object.keys(codes) as Code[];

test("every code has a page, and every page a code", () => {
  const pages = readdirSync(new URL("../../docs/diagnostics", import.meta.url)).filter((one) =>
    /^N\d+\.md$/.test(one),
  );
  expect(pages.sort()).toEqual(all.map((code) => `${code}.md`).sort());
});

test.each(all)("the page of %s has its title, and its example provokes it and nothing else", (code) => {
  const page = readDoc(`diagnostics/${code}.md`);
  expect(page.split("\n")[0]).toBe(`# ${code}: ${codes[code].title}`);
  const blocks = normBlocks(page);
  // What is wrong with a file as such, or with what a norm is given, shows in no spec.
  if (!/^N(00[1235]|[56])/.test(code)) expect(blocks).not.toEqual([]);
  for (const { text } of blocks) {
    const found = diagnose(text);
    expect([...new Set(found.map((one) => one.code))], told(found).join("\n")).toEqual([code]);
    expect(found.length, told(found).join("\n")).toBe(1);
  }
});

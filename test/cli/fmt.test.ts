import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { centered, normc, temporaryFolder } from "./normc.ts";

test("fmt writes the canonical form, --check only says which files differ", async () => {
  using folder = temporaryFolder();
  const messy = join(folder.path, "messy.norm");
  writeFileSync(messy, centered.replaceAll("  ", " ").replaceAll("\n\n", "\n\n\n"));
  writeFileSync(join(folder.path, "tidy.norm"), centered);
  const before = readFileSync(messy, "utf8");

  const listed = await normc(["fmt", "--check", "messy.norm", "tidy.norm"], folder.path);
  expect(listed).toEqual({ code: 1, out: "messy.norm\n", err: "" });
  expect(readFileSync(messy, "utf8")).toBe(before);

  expect(await normc(["fmt", "messy.norm", "tidy.norm"], folder.path)).toEqual({ code: 0, out: "", err: "" });
  expect(readFileSync(messy, "utf8")).toBe(centered);
  expect((await normc(["fmt", "--check", "messy.norm"], folder.path)).code).toBe(0);
});

test("a file with a mistake is left as it is", async () => {
  using folder = temporaryFolder();
  const broken = join(folder.path, "broken.norm");
  writeFileSync(broken, "norm  X {");
  const { code, err } = await normc(["fmt", "broken.norm"], folder.path);
  expect(code).toBe(1);
  expect(err).toContain("broken.norm:1:");
  expect(readFileSync(broken, "utf8")).toBe("norm  X {");
});

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { centered, normc, temporaryFolder } from "./normc.ts";

test("the library has no mistakes", async () => {
  expect(await normc(["check", "library/group_norm.norm", "library/batch_channel_norm.norm"])).toEqual({
    code: 0,
    out: "",
    err: "",
  });
});

test("mistakes of all files are shown on standard error without colours", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "a.norm"), centered.replace("mean(x", "mena(x"));
  writeFileSync(join(folder.path, "b.norm"), centered.replace("over D", "over E"));
  const { code, out, err } = await normc(["check", "a.norm", "b.norm", "c.norm"], folder.path);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("--> a.norm:7:12");
  expect(err).toContain("did you mean `mean`?");
  expect(err).toContain("--> b.norm:7:");
  expect(err).toContain("error[N001]: cannot read `c.norm`: there is no such file");
  expect(err).not.toContain("\u001b");
});

test("--json prints an array on standard output", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "a.norm"), centered.replace("mean(x", "mena(x"));
  const { code, out, err } = await normc(["check", "a.norm", "--json"], folder.path);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(JSON.parse(out)).toMatchObject([{ code: "N201", path: "a.norm", start: { line: 7 } }]);
  expect((await normc(["check", "library/softmax.norm", "--json"])).out).toBe("[]\n");
});

test("what is no text, or no file, is said so", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "bytes.norm"), Buffer.from([...Buffer.from("// é\n"), 0xc3, 0x28]));
  writeFileSync(join(folder.path, "large.norm"), "/".repeat(4 << 20));
  writeFileSync(join(folder.path, "empty.norm"), "");
  mkdirSync(join(folder.path, "folder.norm"));
  symlinkSync("loop.norm", join(folder.path, "loop.norm"));
  const files = ["bytes.norm", "large.norm", "empty.norm", "folder.norm", "loop.norm"];
  const { code, out } = await normc(["check", "--json", ...files], folder.path);
  expect(code).toBe(1);
  const found = JSON.parse(out) as { code: string; path: string; start: { line: number; column: number } }[];
  expect(found.map((one) => `${one.path} ${one.code}`)).toEqual([
    "bytes.norm N002",
    "large.norm N003",
    "empty.norm N004",
    "folder.norm N001",
    "loop.norm N001",
  ]);
  expect(found[0]?.start).toMatchObject({ line: 2, column: 1 });
});

test("imports are found beside the file that imports them, and a shared mistake is shown once", async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, "parts"));
  writeFileSync(join(folder.path, "parts/base.norm"), centered.replace("over D", "over E"));
  const user = (name: string): string =>
    `import { Centered } from "./parts/base.norm"\n\nnorm ${name} {\n  axes N, D\n  input x[N, D]\n  y = Centered(x)\n  output y\n}\n`;
  writeFileSync(join(folder.path, "a.norm"), user("A"));
  writeFileSync(join(folder.path, "b.norm"), user("B"));
  const { out } = await normc(["check", "--json", "a.norm", "b.norm"], folder.path);
  const found = JSON.parse(out) as { code: string; path: string }[];
  expect(found.filter((one) => one.path === join("parts", "base.norm")).map((one) => one.code)).toEqual([
    "N301",
  ]);
});

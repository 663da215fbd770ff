import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { version } from "../../src/version.ts";
import { normc, root } from "./normc.ts";

test("the version is that of the package", async () => {
  expect(version).toBe(
    (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version,
  );
  expect(await normc(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

describe.each(["check", "build", "run", "explain", "fmt"])("normc %s", (command) => {
  test("--help has an example and --json", async () => {
    const { code, out } = await normc([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`Example:\n  normc ${command} `);
    expect(out).toContain("--json");
  });

  test("a wrong command line ends with 2 and a word of help", async () => {
    for (const words of [[command], [command, "x.norm", "--frob"]]) {
      const { code, out, err } = await normc(words);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain("--help");
    }
  });
});

test.each([
  [["frob"], "unknown command"],
  [["run", "GroupNorm", "--feeds", "f", "--backend", "cuda"], "Allowed choices"],
  [["run", "GroupNorm", "--feeds", "f", "--mode", "test"], "Allowed choices"],
  [["run", "GroupNorm", "--feeds", "f", "--set", "G"], "expected NAME=NUMBER, given `G`"],
  [["run", "GroupNorm", "--feeds", "f", "--set", "G=two"], "expected a number for G"],
  [["explain", "GroupNorm", "--shape", "N=2x"], "expected AXIS=EXTENT"],
  [["explain", "GroupNorm", "--shape", "Q=2"], "GroupNorm has no axis Q"],
  [["explain", "GroupNorm", "--shape", "N=2"], "the extent of axis C is missing"],
  [["explain", "GroupNorm", "--after", "magic"], "the passes are check, forget, simplify"],
  [["build", "library/softmax.norm", "--out", "/dev/null/x", "--layout", "=N"], "--layout: expected"],
])("%j is a wrong command line", async (words, message) => {
  const { code, err } = await normc(words);
  expect(err).toContain(message);
  expect(code).toBe(2);
});

test("check and fmt --check take the names of shipped norms, and offer one for a misspelt name", async () => {
  const words = ["GroupNorm", "vector_norm", "rms_norm"];
  expect(await normc(["check", ...words])).toEqual({ code: 0, out: "", err: "" });
  expect(await normc(["fmt", "--check", ...words])).toEqual({ code: 0, out: "", err: "" });
  const wrong = await normc(["check", "GrupNorm"]);
  expect(wrong.err).toContain("error[N201]: there is no shipped norm and no file `GrupNorm`");
  // Nothing is near: a few of the names, not all of them.
  const far = await normc(["check", "nope"]);
  expect(far.err).toMatch(/= note: there is `\w+`(, `\w+`){11} and \d+ more\n/);
  expect(wrong.err).toContain("did you mean `GroupNorm`?");
  expect(wrong.code).toBe(1);
});

test.each([
  ["GrupNorm", "did you mean `GroupNorm`?"],
  ["group_norm#GroupNrm", "did you mean `GroupNorm`?"],
  ["vector_norm", "`L1Norm`, `L2Norm`, `WeightNorm`, `MeanVarianceNorm`"],
  ["nothing/here.norm", "there is no such file"],
])("the spec %s ends with 1 and a suggestion", async (spec, note) => {
  const { code, err } = await normc(["explain", spec]);
  expect(err).toContain(note);
  expect(code).toBe(1);
});

test.each([
  ["GroupNorm", "GroupNorm"],
  ["group_norm", "GroupNorm"],
  ["rms_norm", "RMSNorm"],
  ["add_rms_norm", "AddRMSNorm"],
  ["group_norm#GroupNormSiLU", "GroupNormSiLU"],
  ["library/vector_norm.norm#L2Norm", "L2Norm"],
])("the spec %s is %s", async (spec, norm) => {
  const { code, out } = await normc(["explain", spec, "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ norm });
});

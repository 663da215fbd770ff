/** A `-` in place of a file: standard input. */
import { expect, test } from "vitest";
import { centered, normc, temporaryFolder } from "./normc.ts";

test("`check -` checks what it reads, and finds imports in the working folder", async () => {
  using folder = temporaryFolder();
  const at = folder.path;
  const [good, wrong, lost] = await Promise.all([
    normc(["check", "-"], at, { input: centered }),
    normc(["check", "-"], at, { input: centered.replace("mean(x", "mean(z") }),
    normc(["check", "-"], at, { input: `import { A } from "./a.norm"\n${centered}` }),
  ]);
  expect(good).toEqual({ code: 0, out: "", err: "" });
  expect(wrong.err).toContain("<stdin>:7:");
  expect(wrong.code).toBe(1);
  expect(lost.err).toContain("error[N205]");
});

test("`fmt -` is a filter: the text comes out, and nothing does if it has a mistake", async () => {
  const messy = centered.replaceAll("  ", " ");
  const [tidy, listed, json, broken] = await Promise.all([
    normc(["fmt", "-"], undefined, { input: messy }),
    normc(["fmt", "-", "--check"], undefined, { input: messy }),
    normc(["fmt", "-", "--json"], undefined, { input: messy }),
    normc(["fmt", "-"], undefined, { input: "norm A {" }),
  ]);
  expect(tidy).toEqual({ code: 0, out: centered, err: "" });
  expect(listed).toEqual({ code: 1, out: "<stdin>\n", err: "" });
  expect(JSON.parse(json.out)).toEqual({ changed: ["<stdin>"], text: centered, diagnostics: [] });
  expect(broken).toMatchObject({ code: 1, out: "" });
});

test("`run --feeds -` reads cases; both spec and feeds from there are refused; a build has no name", async () => {
  const feeds = JSON.stringify({
    feeds: {
      x: [
        [1, 3],
        [2, 2],
      ],
    },
  });
  const words = ["--feeds", "-", "--backend", "oracle"];
  const [ran, twice, built] = await Promise.all([
    normc(["run", "library/vector_norm.norm#L1Norm", ...words], undefined, { input: feeds }),
    normc(["run", "-", ...words], undefined, { input: centered }),
    normc(["build", "-", "--out", "nowhere"], undefined, { input: centered }),
  ]);
  expect(JSON.parse(ran.out)).toMatchObject({
    outputs: { y: { dims: [2, 2], data: [0.25, 0.75, 0.5, 0.5] } },
  });
  expect(twice.err).toContain("standard input (-) is named twice");
  expect(twice.code).toBe(2);
  expect(built.err).toContain("has no name for its modules");
  expect(built.code).toBe(2);
});

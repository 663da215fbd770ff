/** What `check` reads on behalf of an import. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { centered, normc, root, temporaryFolder } from "./normc.ts";

function importing(path: string): string {
  return `import { Centered } from "${path}"

norm Twice {
  axes   N, D
  input  x[N, D]

  y = Centered(x) * 2

  output y
}
`;
}

test.runIf(process.platform === "linux")(
  "an import of a pipe or a device is refused; nothing waits",
  { timeout: 10_000 },
  async () => {
    using folder = temporaryFolder();
    execFileSync("mkfifo", [join(folder.path, "pipe.norm")]);
    symlinkSync("/dev/zero", join(folder.path, "zero.norm"));
    writeFileSync(join(folder.path, "a.norm"), importing("./pipe.norm"));
    writeFileSync(join(folder.path, "b.norm"), importing("./zero.norm"));
    const { code, err } = await normc(["check", "a.norm", "b.norm"], folder.path);
    expect(err).toContain("error[N205]: cannot read `./pipe.norm`");
    expect(err).toContain("error[N210]: `./zero.norm` is outside the project");
    expect(code).toBe(1);
  },
);

test("a shipped norm is imported by name, in whatever folder, and nothing else of the package", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "package.json"), "{}");
  const spec = importing("normc/library/layer_norm.norm").replaceAll("Centered", "LayerNorm");
  writeFileSync(join(folder.path, "a.norm"), spec);
  const built = await normc(["build", "a.norm", "Softmax", "--out", "gen"], folder.path);
  expect(built).toMatchObject({ code: 0, out: "" });
  const { sources } = JSON.parse(readFileSync(join(folder.path, "gen/manifest.json"), "utf8")) as {
    sources: { path: string; imports: { path: string }[] }[];
  };
  expect(sources.map(({ path, imports }) => [path, ...imports.map((one) => one.path)])).toEqual([
    ["../a.norm", "normc/library/layer_norm.norm"],
    ["normc/library/softmax.norm"],
  ]);

  writeFileSync(join(folder.path, "b.norm"), importing("normc/library/nope.norm"));
  writeFileSync(join(folder.path, "c.norm"), importing("normc/library/../package.json"));
  const wrong = await normc(["check", "b.norm", "c.norm"], folder.path);
  expect(wrong.err).toContain("error[N205]: cannot read `normc/library/nope.norm`");
  expect(wrong.err).toContain("the norms that ship with normc are `normc/library/NAME.norm`");
  expect(wrong.err).toContain("error[N210]: `normc/library/../package.json` is outside the project");
});

test("an import that leaves the project is refused, and nothing of the file is shown", async () => {
  using folder = temporaryFolder();
  const at = (path: string): string => join(folder.path, path);
  mkdirSync(at("project/specs/deep"), { recursive: true });
  mkdirSync(at("project/inner"));
  mkdirSync(at("project-2"));
  writeFileSync(at("project/package.json"), "{}");
  writeFileSync(at("project/inner/package.json"), "{}");
  for (const path of ["secret.norm", "project-2/secret.norm"]) writeFileSync(at(path), "TOP SECRET\n");
  symlinkSync(at("secret.norm"), at("project/link.norm"));
  writeFileSync(at("project/base.norm"), centered);
  // Within the project; the imported file lies in a package of its own, and imports from the package around it.
  writeFileSync(at("project/inner/middle.norm"), importing("../base.norm").replace("Twice", "Middle"));
  writeFileSync(
    at("project/specs/deep/good.norm"),
    importing("../../inner/middle.norm").replaceAll("Centered", "Middle"),
  );
  const library = join(root, "library/layer_norm.norm");
  writeFileSync(
    at("project/specs/shipped.norm"),
    `import { LayerNorm } from "${library}"\n\nnorm Shipped {\n  axes N, D\n  input x[N, D]\n  y = LayerNorm(x)\n  output y\n}\n`,
  );
  const good = await normc(["check", "specs/deep/good.norm", "specs/shipped.norm"], at("project"));
  expect(good).toEqual({ code: 0, out: good.out, err: "" });

  for (const path of [
    "../../secret.norm",
    "../../project-2/secret.norm",
    "../link.norm",
    at("secret.norm"),
  ]) {
    writeFileSync(at("project/specs/bad.norm"), importing(path));
    const { code, err } = await normc(["check", "specs/bad.norm"], at("project"));
    expect(err, path).toContain(`error[N210]: \`${path}\` is outside the project`);
    expect(err, path).not.toContain("SECRET");
    expect(code).toBe(1);
  }
  // Without a package.json, the folder of the file is the project.
  writeFileSync(at("project-2/alone.norm"), importing("../secret.norm"));
  const alone = await normc(["check", "alone.norm"], at("project-2"));
  expect(alone.err).toContain("error[N210]");
});

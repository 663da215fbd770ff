/** What `check` reads on behalf of an import. */
import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { normc, temporaryFolder } from "./normc.ts";

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
    expect(err).toContain("error[N205]: cannot read `./zero.norm`");
    expect(code).toBe(1);
  },
);

/** The lab's folders import one way, in the order in which its README lists them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const lab = fileURLToPath(new URL("../../lab/", import.meta.url));

const order = [...readFileSync(`${lab}README.md`, "utf8").matchAll(/^\| `(\w+)`/gm)].map(
  ([, folder]) => folder,
);

test("each folder knows only those above it", () => {
  const files = readdirSync(lab, { recursive: true, encoding: "utf8" }).filter(
    (file) => /^[a-z]+\/.*\.ts$/.test(file) && !file.startsWith("generated/"),
  );
  expect(files.length).toBeGreaterThan(15);
  const wrong = files.flatMap((file) => {
    const text = readFileSync(`${lab}${file}`, "utf8");
    const targets = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)]
      .map(([, target]) => dirname(relative(lab, resolve(lab, dirname(file), target))))
      // `generated` is what `specs` gives.
      .filter((folder) => !folder.startsWith("..") && folder !== "generated");
    return targets
      .filter(
        (folder) => !(order.indexOf(folder) >= 0 && order.indexOf(folder) <= order.indexOf(dirname(file))),
      )
      .map((folder) => `${file} imports ${folder}`);
  });
  expect(wrong).toEqual([]);
});

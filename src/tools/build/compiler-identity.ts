/** What tells one compiler from another: texts that one made are no texts of the other. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../program/compiler-version.ts";
import { packageRoot } from "../cli/files/package.ts";
import { sha256 } from "./store.ts";

/** Written by `npm run build`: installed code does not change, and its files have no times that tell. */
export const codeHashFile = "code-hash.txt";

let known: string | undefined;

export function compilerIdentity(): string {
  known ??= `${version} ${process.versions.node.split(".")[0]} ${codeHash()}`;
  return known;
}

function codeHash(): string {
  const packed = join(packageRoot, "dist", codeHashFile);
  // A checkout can have a dist of an older day.
  if (!import.meta.url.endsWith(".ts") && existsSync(packed)) return readFileSync(packed, "utf8").trim();
  const folders = import.meta.url.endsWith(".ts") ? ["src", "grammar", "templates"] : ["dist"];
  const stamps = folders.flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[jt]s$/.test(name))
      .sort()
      .map((name) => {
        const { mtimeMs, size } = statSync(join(packageRoot, folder, name));
        return `${name} ${mtimeMs} ${size}`;
      }),
  );
  return sha256(stamps.join("\n"));
}

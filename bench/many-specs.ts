/**
 * Many specs for timings of builds: the files of the library, then the same with other names of norms and inputs and
 * other constants, so that no kernel of one is a kernel of another.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const library = fileURLToPath(new URL("../library/", import.meta.url));

/** Returns `count` texts by file name. Import them from one folder: some import each other. */
export function manySpecs(count: number): Map<string, string> {
  const files = readdirSync(library).filter((name) => name.endsWith(".norm"));
  const texts = files.map((name) => readFileSync(join(library, name), "utf8"));
  const norms = texts.flatMap((text) => [...text.matchAll(/^norm (\w+)/gm)].map((one) => one[1]!));
  const names = new RegExp(`\\b(${[...norms, "x", "d_x"].join("|")})\\b`, "g");
  const specs = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const copy = Math.floor(i / files.length);
    const [name, text] = [files[i % files.length]!, texts[i % files.length]!];
    if (copy === 0) specs.set(name, text);
    else specs.set(name.replace(".norm", `_${copy}.norm`), varied(text, names, copy));
  }
  return specs;
}

function varied(text: string, names: RegExp, copy: number): string {
  return text
    .replace(names, `$1_${copy}`)
    .replace(/\.norm"/g, `_${copy}.norm"`)
    .replace(/\b1e-(\d+)/g, `${1 + copy / 100}e-$1`);
}

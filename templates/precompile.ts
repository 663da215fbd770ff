import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

// Precompiled templates need neither the file system nor Handlebars' parser at run time, and they give the same module
// on every machine. Run `node templates/precompile.ts` after a change to a .hbs file.

/** Returns the text of `compiled.ts`: each template of this folder by its file name. */
export async function precompileTemplates(): Promise<string> {
  const folder = new URL("./", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".hbs")).sort();
  const entries = await Promise.all(
    files.map(async (file) => {
      const source = await readFile(new URL(file, folder), "utf8");
      const code = Handlebars.precompile(source, { strict: true, noEscape: true });
      return `  ${JSON.stringify(file.replace(/\.hbs$/, ""))}: ${String(code)},\n`;
    }),
  );
  return `// @ts-nocheck
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from the .hbs files by templates/precompile.ts. Do not edit.
export const templates: Readonly<Record<${files.map((f) => JSON.stringify(f.replace(/\.hbs$/, ""))).join(" | ")}, object>> = {
${entries.join("")}};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL("compiled.ts", import.meta.url), await precompileTemplates());
}

import { writeFileSync } from "node:fs";
import { peersInstall, peersInstalled } from "./contestants.ts";
import { pathOf, type Results } from "./results.ts";

const mostCases = 60;

/**
 * Draws one picture for each adapter, if the drawing package is installed.
 * @returns the file name for each adapter.
 */
export async function drawPictures(name: string, results: Results): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  if (!peersInstalled()) {
    process.stderr.write(`no picture: what draws it comes with the peers (${peersInstall})\n`);
    return files;
  }
  const [first] = results.adapters;
  if (first !== undefined && first.cases.length > mostCases) {
    process.stderr.write(`no picture: more than ${mostCases} cases are no help to the eye (--most)\n`);
    return files;
  }
  // Imported by a variable name, because the root is type-checked without the peers.
  const module: string = "./peers/picture.ts";
  const { draw } = (await import(module)) as { draw(adapter: Results["adapters"][number]): Promise<string> };
  for (const adapter of results.adapters) {
    const file = `${name}-${slug(adapter.adapter)}`;
    writeFileSync(pathOf(file, "svg"), await draw(adapter));
    files.set(adapter.adapter, `${file}.svg`);
  }
  return files;
}

function slug(adapter: string): string {
  const words = adapter.split(/[:,(]| driver/)[0] ?? adapter;
  return words
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
}

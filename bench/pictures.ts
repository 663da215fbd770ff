import { writeFileSync } from "node:fs";
import { peersInstall, peersInstalled } from "./contestants.ts";
import { packedVulkan } from "./packed.ts";
import { type AdapterResult, type Results, resultsFolder } from "./results.ts";

const mostCases = 60;

/**
 * Draws one picture for each adapter, if the drawing package is installed.
 * @returns the file name for each adapter.
 */
export async function drawPictures(name: string, results: Results): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const adapter of results.adapters) {
    const file = await drawPicture(name, adapter);
    if (file === undefined) break;
    files.set(adapter.adapter, file);
  }
  return files;
}

/** Draws one picture. @returns its file name, or undefined if there is none; says why. */
export async function drawPicture(name: string, adapter: AdapterResult): Promise<string | undefined> {
  if (packedVulkan !== undefined) return undefined;
  if (!peersInstalled()) {
    process.stderr.write(`no picture: what draws it comes with the peers (${peersInstall})\n`);
    return undefined;
  }
  if (adapter.cases.length > mostCases) {
    process.stderr.write(`no picture: more than ${mostCases} cases are no help to the eye (--most)\n`);
    return undefined;
  }
  // Imported by a variable name, because the root is type-checked without the peers.
  const module: string = "./peers/picture.ts";
  const { draw } = (await import(module)) as { draw(adapter: AdapterResult): Promise<string> };
  const file = `${name}-${slug(adapter.adapter)}.svg`;
  writeFileSync(`${resultsFolder}${file}`, await draw(adapter));
  return file;
}

function slug(adapter: string): string {
  const words = adapter.split(/[:,(]| driver/)[0] ?? adapter;
  return words
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
}

/** Printed before the first test of a run: what the tests need, whether it is there, and whether it is required. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { openDevice } from "../../src/tools/device/index.ts";
import { unpackChromium } from "../browser/chromium.ts";
import { caseFiles, conformanceFolder } from "../conformance/read.ts";
import { type Requirement, required, requirements } from "./requirements.ts";

/** A description of what was found, or the reason why it is missing. */
type Found = { readonly what: string } | { readonly missing: string };

const look: Readonly<Record<Requirement, () => Promise<Found>>> = {
  lavapipe: () => device("lavapipe"),
  swiftshader: () => device("swiftshader"),
  browser,
  conformance,
};

/** Vitest calls it once, before the workers start. */
export default async function inventory(): Promise<void> {
  const list = required();
  const rows: [string, string, string][] = [["gpu", "", told(await device("gpu"))]];
  const lacking: string[] = [];
  for (const one of requirements) {
    const found = await look[one]();
    if ("missing" in found && list.has(one)) lacking.push(`${one} (${found.missing})`);
    rows.push([one, list.has(one) ? "required" : "", told(found)]);
  }
  for (const [name, must, text] of rows) console.log(`${name.padEnd(12)} ${must.padEnd(9)} ${text}`);
  if (lacking.length > 0) throw new Error(`required (NORMC_REQUIRE) and not there: ${lacking.join(", ")}`);
}

function told(found: Found): string {
  return "what" in found ? found.what : `not there: ${found.missing}`;
}

async function device(adapter: string): Promise<Found> {
  const reasons: string[] = [];
  const opened = await openDevice({ adapter, onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) return { missing: reasons.join("; ") };
  const features = ["shader-f16", "subgroups"].filter((one) => opened.device.features.has(one));
  await opened.close();
  return { what: `${opened.adapter}, ${features.join(", ") || "no shader-f16, no subgroups"}` };
}

/** Only checks whether the browser starts. The test files open pages. */
async function browser(): Promise<Found> {
  try {
    const folder = await unpackChromium();
    const env = { ...process.env, LD_LIBRARY_PATH: join(folder, "lib") };
    const { stdout } = await promisify(execFile)(join(folder, "chromium"), ["--version"], { env });
    return { what: stdout.trim() };
  } catch (error) {
    return { missing: error instanceof Error ? error.message.split("\n")[0]! : String(error) };
  }
}

async function conformance(): Promise<Found> {
  const files = caseFiles();
  if (files === null) return { missing: `no cases at ${conformanceFolder()}` };
  return { what: `${files.reduce((sum, one) => sum + one.cases.length, 0)} cases` };
}

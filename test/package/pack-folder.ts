/** A folder for the package of a test run (`tarball.ts`). Nothing is packed here: most runs need no package. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    packFolder: string;
  }
}

/** Vitest calls it once, before the workers start, and what it returns after they ended. */
export default function packFolder(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "normc-pack-"));
  project.provide("packFolder", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The cases of other projects in a page: on WebGL2 and in WebAssembly. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { dtypesOf, merged, type Outputs } from "../conformance/execute.ts";
import { failures, tellLeftOut } from "../conformance/failures.ts";
import type { Run } from "../conformance/map.ts";
import { caseFiles, conformanceFolder } from "../conformance/read.ts";
import { missing } from "../support/requirements.ts";
import { openRunner, type Runner, resultsOn, type Target } from "./browser.ts";

/**
 * 513 of the 540. The others take as long as a hundred small ones; with `NORMC_CONFORMANCE_LARGE=1` all run but one, a group norm
 * of 67 million elements, which as text is too long to hand to a page.
 */
const most = process.env.NORMC_CONFORMANCE_LARGE ? 20_000_000 : 250_000;

const files = caseFiles() ?? [];
if (files.length === 0) missing("conformance", `no cases at ${conformanceFolder()}`);
tellLeftOut(files, most, "webgl2");
const runner = files.length === 0 ? undefined : await openRunner();
afterAll(() => runner?.close());
afterEach(() => expect(runner?.complaints() ?? []).toEqual([]));

async function execute(run: Run, on: Runner, target: Target): Promise<Outputs> {
  return merged(run, async (graph, feeds) => {
    const { results, dims } = await resultsOn(on, target, {
      graph,
      dims: Object.fromEntries(feeds.map(([name, feed]) => [name, feed.dims])),
      params: run.set,
      dtype: dtypesOf(run, graph, feeds),
      feeds: Object.fromEntries(feeds.map(([name, feed]) => [name, Float32Array.from(feed.data)])),
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, data]) => [
        name,
        { dims: dims[name] ?? [], data: Float64Array.from(data) },
      ]),
    );
  });
}

describe.skipIf(runner === undefined).each(["webgl2", "wasm"] as const)("conformance on %s", (target) => {
  for (const file of files) {
    it(`${file.suite}/${file.op}`, { timeout: 300_000 }, async () => {
      expect(await failures(file, most, (run) => execute(run, runner!, target))).toEqual([]);
    });
  }
});

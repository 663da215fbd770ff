/** A thread of the lab: takes runs one after the other, and answers with their results. */
import { parentPort } from "node:worker_threads";
import { type Data, loadData } from "../data/data.ts";
import { linearLandscape, networkLandscape } from "../landscape/landscapes.ts";
import { train } from "../training/train.ts";
import type { Run } from "./plans.ts";
import type { Result } from "./results.ts";

const loaded = new Map<string, Data>();

function dataFor({
  data,
  samples,
  tested,
}: {
  readonly data: "fashion" | "digits";
  readonly samples: number;
  readonly tested: number;
}): Data {
  const key = `${data} ${samples} ${tested}`;
  const known = loaded.get(key) ?? loadData(data, samples, tested);
  loaded.set(key, known);
  return known;
}

async function resultOf(run: Run): Promise<Result> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  switch (run.kind) {
    case "training":
      return { run, trained: await train(dataFor(run), run) };
    case "landscape": {
      const probes = await networkLandscape(dataFor({ ...run, tested: 0 }), run, run);
      return { run, probes, seconds: seconds() };
    }
    case "linear": {
      const probes = await linearLandscape(run, run);
      return { run, probes, seconds: seconds() };
    }
  }
}

parentPort?.on("message", async (run: Run) => {
  parentPort?.postMessage(await resultOf(run));
});

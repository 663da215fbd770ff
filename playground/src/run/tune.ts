/** The tuner, as `normc tune` searches: each variant is compared with the oracle before it is timed. */
import { variantText } from "../../../src/tuning/measure/variant-text.ts";
import { searchProgram } from "../../../src/tuning/search/search-program.ts";
import { realTimeSource } from "../../../src/tuning/trial/time-source.ts";
import { candidateOn, setUpTrials } from "../../../src/tuning/trial/trial-setup.ts";
import { openGpu, webgpuProgram } from "./backends.ts";
import type { TriedEvent, TuneOutcome } from "./protocol.ts";
import type { Stopped } from "./run.ts";
import { oracle, type Sized } from "./sized.ts";

/** Milliseconds for a norm. */
const budgetMs = 6000;

export async function tune(
  sized: Sized,
  tell: (event: TriedEvent) => void,
  stopped: Stopped,
): Promise<TuneOutcome> {
  const found = await openGpu();
  if ("missing" in found) throw new Error(found.missing);
  const { device } = found;
  const program = webgpuProgram(sized.graph);
  const { dims, params, shapes } = sized;
  const setup = await setUpTrials(
    device,
    { program, options: { dims, params, dtype: "f32" } },
    realTimeSource,
  );
  try {
    const expected = { values: oracle(sized, setup.buffers.feeds), allowed: 1 };
    const { kernels, ms, defaultMs } = await searchProgram({
      program,
      shapes,
      device,
      prepare: (choose) => candidateOn(setup, choose, expected),
      budgetMs,
      now: () => performance.now(),
      stopped,
      onTried(kernel, tried, { factor }) {
        const variant = variantText(tried.variant, null, 1);
        tell({ kernel, variant, factor, ...("ms" in tried ? { ms: tried.ms } : { refused: tried.refused }) });
      },
    });
    return {
      ms,
      defaultMs,
      tried: kernels.reduce((sum, { result }) => sum + result.tried.length, 0),
      space: kernels.reduce((sum, { space }) => sum + space.variants.length, 0),
      best: kernels.map(({ kernel, result }) => `${kernel}: ${variantText(result.best, null, 1)}`).join("; "),
    };
  } finally {
    setup.destroy();
  }
}

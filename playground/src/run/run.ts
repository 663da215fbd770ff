/** A norm on every backend of this browser: results first, each compared with the oracle, then times. */
import { openBackend, type Running } from "./backends.ts";
import { histogramOf } from "./histogram.ts";
import { naive } from "./naive.ts";
import { type BackendName, backendNames, type CurveEvent, type RunEvent } from "./protocol.ts";
import { feedsOf, largestError, movedTensor, oracle, type Sized, type Values } from "./sized.ts";
import { timeOn } from "./times.ts";

/** Whatever goes wrong here goes wrong again when the user runs, and is said then. */
export async function warm(sized: Sized): Promise<void> {
  const backend = await openBackend("webgpu");
  if ("missing" in backend) return;
  const running = await backend.create(sized).catch(() => undefined);
  running?.destroy();
  oracle(sized, feedsOf(sized));
}

export type Stopped = () => boolean;

export async function runEverywhere(
  sized: Sized,
  tell: (event: RunEvent) => void,
  stopped: Stopped,
): Promise<void> {
  const feeds = feedsOf(sized);
  const there: BackendName[] = [];
  let want: Values | undefined;
  for (const name of backendNames) {
    if (stopped()) return;
    try {
      const running = start(name, sized);
      // The oracle computes while the device compiles the first kernels, which takes as long.
      want ??= await meanwhile(running, () => oracle(sized, feeds));
      const { got, ...result } = await resultOf(await running, feeds);
      tell({ kind: "result", backend: name, ...result, error: largestError(got, want, sized) });
      if (there.length === 0) tellValues(sized, feeds, got, tell);
      there.push(name);
    } catch (error) {
      tell({ kind: "missing", backend: name, why: messageOf(error) });
    }
  }
  for (const name of there) {
    if (stopped()) return;
    try {
      const backend = await openBackend(name);
      if ("missing" in backend) continue;
      tell({ kind: "time", backend: name, ...(await timeOn(backend, sized)) });
    } catch (error) {
      tell({ kind: "missing", backend: name, why: messageOf(error) });
    }
  }
}

interface Started {
  readonly running: Running;
  readonly machine: string;
  /** Milliseconds until it could run. */
  readonly ready: number;
}

async function start(name: BackendName, sized: Sized): Promise<Started> {
  const backend = await openBackend(name);
  if ("missing" in backend) throw new Error(backend.missing);
  const began = performance.now();
  const running = await backend.create(sized);
  return { running, machine: backend.machine, ready: performance.now() - began };
}

/** Computes once what was started waits for something outside of this thread. */
async function meanwhile<T>(started: Promise<unknown>, compute: () => T): Promise<T> {
  // Whoever awaits it hears of its failure.
  started.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 0));
  return compute();
}

async function resultOf(
  { running, machine, ready }: Started,
  feeds: Values,
): Promise<{ machine: string; first: number; steps: number; got: Values }> {
  try {
    const began = performance.now();
    const results = await running.run(feeds);
    const first = ready + performance.now() - began;
    // Of WebAssembly, they lie in memory that another norm may take.
    const got = new Map([...results].map(([one, values]) => [one, Float64Array.from(values)]));
    return { machine, first, steps: running.steps, got };
  } finally {
    await running.destroy();
  }
}

function tellValues({ program }: Sized, feeds: Values, got: Values, tell: (event: RunEvent) => void): void {
  const input = movedTensor(program);
  const output = program.tensors.find((one) => one.role === "output" && one.dtype === undefined)?.name;
  const [before, after] = [feeds.get(input ?? ""), got.get(output ?? "")];
  if (before === undefined || after === undefined || before.length === 0 || after.length === 0) return;
  tell({
    kind: "values",
    before: histogramOf(input ?? "", before),
    after: histogramOf(output ?? "", after),
  });
}

/** |mean| / deviation of the input, from near to far. */
const ratios = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/** The error of each backend, and of the formula of textbooks, as the input moves away from zero. */
export async function errorCurve(
  sized: Sized,
  tell: (event: CurveEvent) => void,
  stopped: Stopped,
): Promise<undefined> {
  const backends = await Promise.all(backendNames.map(openBackend));
  const there = backends.flatMap((one) => ("missing" in one ? [] : [one]));
  const running = await Promise.all(
    there.map(async ({ name, create }) => ({ name, norm: await create(sized) })),
  );
  try {
    for (const ratio of ratios) {
      const feeds = feedsOf(sized, ratio);
      const want = oracle(sized, feeds);
      tell({ name: "naive", ratio, error: largestError(naive(sized, feeds), want, sized) });
      for (const { name, norm } of running) {
        if (stopped()) return;
        tell({ name, ratio, error: largestError(await norm.run(feeds), want, sized) });
      }
    }
  } finally {
    for (const { norm } of running) await norm.destroy();
  }
  return undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

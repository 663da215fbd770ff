/** A whole run: one adapter after the other, one case after the other. */
import { type AdapterChoice, adapterChoice, adapterNames } from "./adapters.ts";
import { type BenchCase, gradientCases, cases as tenCases } from "./cases.ts";
import { copiesOf } from "./comparison.ts";
import { fieldOf, type Seat, takeSeat } from "./contestants.ts";
import { thisMachine } from "./machine.ts";
import { modelCases, spreadOut } from "./models.ts";
import { type BenchOptions, isWritten } from "./options.ts";
import { drawPictures } from "./pictures.ts";
import { benchProgress } from "./progress.ts";
import { race } from "./race.ts";
import {
  type AdapterResult,
  dropPartial,
  pathOf,
  type Results,
  readPartial,
  writePartial,
  writeWhole,
} from "./results.ts";
import { tableOf } from "./table.ts";

/** @throws Error if something is missing. The message says what. */
export async function runBench(options: BenchOptions, name: string): Promise<number> {
  const chosen = chooseCases(options);
  const before = options.resume ? readPartial(name) : undefined;
  const start = performance.now();
  const machine = thisMachine();
  const places = await openPlaces(options);
  if (places.length === 0) return 3;
  const shown = benchProgress(places.length * chosen.length);
  const done: AdapterResult[] = places.map((place) => emptyResult(place, before));
  const results = (): Results => ({
    machine,
    dtype: options.dtype,
    gradients: options.grad,
    versions: Object.assign({}, ...places.flatMap(({ seats }) => seats.map((seat) => seat.versions))),
    seconds: Math.round((before?.seconds ?? 0) + (performance.now() - start) / 1000),
    adapters: done.filter(({ cases }) => cases.length > 0),
  });
  const savePartial = (): void =>
    writePartial(name, results(), tableOf(results(), { pictures: new Map(), interrupted: true }));
  const close = (): void => {
    for (const { seats } of places) for (const seat of seats) seat.close();
  };
  let stopped = false;
  const interrupt = (): void => {
    // The processes of the contestants receive Ctrl-C too. Their current case is lost; earlier results are kept.
    stopped = true;
    shown.stop();
    savePartial();
    close();
    process.stdout.write(tableOf(results(), { pictures: new Map(), interrupted: true }));
    process.stderr.write(
      `interrupted: the table so far is ${pathOf(name, "partial.md")}; --resume goes on\n`,
    );
    process.exit(130);
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    for (const [i, { seats }] of places.entries()) {
      for (const one of chosen) {
        shown.start(`${one.name} on ${shortName(done[i]!.adapter)}`);
        const known = done[i]!.cases.find((other) => other.name === one.name);
        const outcome = known?.outcome ?? (await race(one, seats, { ...options, onStep: shown.detail }));
        if (stopped) return 130;
        if (known === undefined) {
          const { name: caseName, shape, op } = one;
          done[i] = { ...done[i]!, cases: [...done[i]!.cases, { name: caseName, shape, op, outcome }] };
          savePartial();
        }
        const copies = copiesOf(outcome, results());
        shown.finish(copies === undefined ? "no result" : `${copies.toFixed(2)} copies`);
      }
    }
  } finally {
    shown.stop();
    close();
  }
  await finish(options, name, results());
  return 0;
}

async function finish(options: BenchOptions, name: string, results: Results): Promise<void> {
  const written = isWritten(options);
  const pictures = written ? await drawPictures(name, results) : new Map<string, string>();
  const table = tableOf(results, { pictures });
  process.stdout.write(table);
  dropPartial(name);
  if (!written) {
    process.stderr.write("a selection: nothing is written without --out NAME\n");
    return;
  }
  writeWhole(name, results, table);
  process.stderr.write(`written: ${pathOf(name, "md")}\n`);
}

function chooseCases({ models, grad, only, most }: BenchOptions): readonly BenchCase[] {
  const own = { cases: grad ? gradientCases : tenCases, skipped: new Map<string, number>() };
  const { cases, skipped } = models ? modelCases() : own;
  for (const [op, count] of skipped)
    process.stderr.write(`left out: ${count} × ${op}, no such norm in the library\n`);
  const matching = only === undefined ? cases : cases.filter((one) => only.test(one.name));
  if (matching.length === 0) throw new Error(`no case matches ${only}`);
  return most === undefined ? matching : spreadOut(matching, most);
}

interface Place {
  readonly adapter: string;
  readonly software: boolean;
  readonly seats: readonly Seat[];
  readonly absent: Readonly<Record<string, string>>;
}

/** Opens every adapter once. Without a GPU, "auto" is one of the software drivers. */
async function openPlaces(options: BenchOptions): Promise<readonly Place[]> {
  const names = options.adapter.length > 0 ? options.adapter : adapterNames;
  const places: Place[] = [];
  for (const name of names) {
    try {
      const choice = await adapterChoice(name);
      const seat = await takeSeat(fieldOf(options).ours, choice);
      // The named drivers come later, and their environment offers a peer no other driver.
      const again = options.adapter.length === 0 && name === "auto" && seat.software && !ownDriver();
      const adapter = seat.adapter ?? name;
      if (again || places.some((place) => place.adapter === adapter)) {
        seat.close();
        continue;
      }
      places.push({ adapter, software: seat.software, ...(await seatPeers(options, choice, seat)) });
    } catch (error) {
      process.stderr.write(`no adapter ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return places;
}

function ownDriver(): boolean {
  return Boolean(process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES);
}

async function seatPeers(
  options: BenchOptions,
  choice: AdapterChoice,
  seat: Seat,
): Promise<Pick<Place, "seats" | "absent">> {
  const seats: Seat[] = [seat];
  const absent: Record<string, string> = {};
  for (const peer of fieldOf(options).peers) {
    try {
      seats.push(await takeSeat(peer, choice));
    } catch (error) {
      absent[peer.name] = error instanceof Error ? error.message : String(error);
    }
  }
  return { seats, absent };
}

function emptyResult({ adapter, software, absent }: Place, before: Results | undefined): AdapterResult {
  const known = before?.adapters.find((one) => one.adapter === adapter);
  return { adapter, software, absent, cases: known?.cases ?? [] };
}

function shortName(adapter: string): string {
  return adapter.split(/[:,]/)[0] ?? adapter;
}

import { type OpenedDevice, openDevice } from "../../device/index.ts";
import { CommandError } from "../terminal/failure.ts";
import { say } from "../terminal/output.ts";

/**
 * What `--backend auto` takes: a GPU if there is one. Undefined, and a word about it, where WebAssembly on the processor runs
 * instead, which is several times as fast as a software adapter.
 */
export async function gpuOrProcessor(): Promise<OpenedDevice | undefined> {
  const reasons: string[] = [];
  const opened = await openDevice({ adapter: "gpu", onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) say(`normc: no GPU (${reasons.join("; ")}): WebAssembly runs on the processor`);
  return opened;
}

/** @throws CommandError 3, N641. */
export async function openAdapter(adapter: string): Promise<OpenedDevice> {
  const reasons: string[] = [];
  const opened = await openDevice({ adapter, onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) throw new CommandError(3, `no WebGPU device: ${reasons.join("; ")}`, "N641");
  return opened;
}

import type { ProgramTensor } from "../../program/program.ts";
import { isWritten } from "../device/buffers.ts";
import { withErrorScopes } from "../device/device-errors.ts";
import { copySource, copyTarget, mapRead, storage } from "../device/ranges.ts";
import { checkFeed } from "../options/check-feed.ts";
import type { BuffersByName, FeedsByName, ResultsByName } from "../options/norm-types.ts";
import { readElements, writeElements } from "../shapes/array-elements.ts";
import { bufferBytes, fillElements } from "../shapes/element-types.ts";
import { own } from "../shapes/unknown-names.ts";
import type { PlannedNorm } from "./plan-norm.ts";

/** Uploads, runs and reads back, with buffers that exist only during this call. */
export async function runOnce(
  device: GPUDevice,
  { program, shapes, dtypes }: Pick<PlannedNorm, "program" | "shapes" | "dtypes">,
  feeds: FeedsByName,
  encode: (pass: GPUComputePassEncoder, buffers: BuffersByName) => void,
  inPlace: Readonly<Record<string, string>> | undefined,
): Promise<ResultsByName> {
  for (const tensor of program.tensors) checkFeed(tensor, own(feeds, tensor.name), shapes);
  const results = program.tensors.filter((tensor) => tensor.role !== "scratch" && isWritten(tensor));
  const made: GPUBuffer[] = [];

  function make(tensor: ProgramTensor, options: { usage: number; mappedAtCreation?: boolean }): GPUBuffer {
    const size = bufferBytes(shapes.elements.get(tensor.name)!, dtypes.get(tensor.name)!);
    const buffer = device.createBuffer({ label: `${program.norm}.${tensor.name}`, size, ...options });
    made.push(buffer);
    return buffer;
  }

  function upload(tensor: ProgramTensor): GPUBuffer | undefined {
    const feed = own(feeds, tensor.name);
    const written = tensor.role !== "scratch" && isWritten(tensor);
    if ((feed === undefined && !written) || own(inPlace, tensor.name) !== undefined) return undefined;
    const filled = feed !== undefined || tensor.role === "state";
    const buffer = make(tensor, { usage: storage | copySource, mappedAtCreation: filled });
    if (!filled) return buffer;
    const bytes = buffer.getMappedRange();
    if (feed !== undefined) writeElements(bytes, feed, dtypes.get(tensor.name)!);
    else fillElements(bytes, shapes.initials.get(tensor.name)!, dtypes.get(tensor.name)!);
    buffer.unmap();
    return buffer;
  }

  /** An output that takes the place of an input has its buffer. */
  function placed<Buffer>(buffers: Record<string, Buffer>): Record<string, Buffer> {
    for (const [output, input] of Object.entries(inPlace ?? {})) buffers[output] = own(buffers, input)!;
    return buffers;
  }

  try {
    const { buffers, readbacks } = await withErrorScopes(device, "making the buffers of a run", () => ({
      buffers: placed(Object.fromEntries(program.tensors.map((tensor) => [tensor.name, upload(tensor)]))),
      readbacks: results.map((tensor) => make(tensor, { usage: mapRead | copyTarget })),
    }));
    await withErrorScopes(device, "running", () => {
      const encoder = device.createCommandEncoder({ label: program.norm });
      const pass = encoder.beginComputePass({ label: program.norm });
      encode(pass, buffers);
      pass.end();
      for (const [i, tensor] of results.entries()) {
        encoder.copyBufferToBuffer(own(buffers, tensor.name)!, 0, readbacks[i]!, 0, readbacks[i]!.size);
      }
      device.queue.submit([encoder.finish()]);
    });
    // GPUMapMode is a global of browsers, not of Node; its READ is 1.
    await Promise.all(readbacks.map((buffer) => buffer.mapAsync(1)));
    return Object.fromEntries(
      results.map(({ name }, i) => [
        name,
        readElements(readbacks[i]!.getMappedRange(), shapes.elements.get(name)!, dtypes.get(name)!),
      ]),
    );
  } finally {
    for (const buffer of made) buffer.destroy();
  }
}

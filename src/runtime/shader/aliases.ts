/** Rewrites how shaders bind tensors that share memory. Loaded on demand, because most norms have a buffer for each. */
import type { Program, ProgramBinding, ProgramTensor } from "../../program/program.ts";
import type { Aliases } from "../shapes/aliases.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { refuseUnknown } from "../shapes/unknown-names.ts";
import type { Dispatch } from "../variants/dispatch.ts";

/**
 * Returns the function that rewrites the dispatches of a norm, given in the order in which they run.
 * @throws NormError N501 for an unknown tensor, N522 for anything but a record, and for an output that cannot take the place of
 * an input.
 */
export function aliasing(
  program: Program,
  { sharedBuffers, inPlace = {} }: Aliases,
): (dispatches: readonly Dispatch[], dtypes: Dtypes) => readonly Dispatch[] {
  if (Object(inPlace) !== inPlace || Array.isArray(inPlace)) {
    throw new NormError("N522", `inPlace: expected { OUTPUT: INPUT }, given ${shownValue(inPlace)}`);
  }
  const pairs = Object.entries(inPlace);
  for (const [output, input] of pairs) refuseUnfit(program, output, input);
  const inputs = pairs.map(([, input]) => input);
  const double = inputs.find((one, i) => inputs.indexOf(one) !== i);
  if (double !== undefined) throw new NormError("N522", `only one output can be written over ${double}`);
  const given = new Set(program.tensors.filter((one) => one.role !== "scratch").map((one) => one.name));
  return (dispatches, dtypes) => {
    for (const [output, input] of pairs) {
      const [from, to] = [dtypes.get(input), dtypes.get(output)];
      if (from !== to) throw refusal(output, input, `one is ${to}, the other ${from}`);
    }
    const placed = pairs.reduce((all, [output, input]) => takePlace(all, output, input), dispatches);
    if (!sharedBuffers) return placed;
    return placed.map((one) => withBindings(one, share(one.shader.bindings, given)));
  };
}

function refuseUnfit({ tensors }: Program, output: string, input: string): void {
  const named = (role: ProgramTensor["role"]): string[] =>
    tensors.filter((one) => one.role === role).map(({ name }) => name);
  refuseUnknown("an output", [output], named("output"));
  refuseUnknown("an input", [input], named("input"));
  const [from, to] = [input, output].map((name) => tensors.find((one) => one.name === name)!);
  if (from!.dims.join() === to!.dims.join()) return;
  throw refusal(output, input, `their dims are [${to!.dims.join(", ")}] and [${from!.dims.join(", ")}]`);
}

/** Every kernel up to the one that writes the output may read the input. That one binds both as one array. */
function takePlace(dispatches: readonly Dispatch[], output: string, input: string): readonly Dispatch[] {
  let written = false;
  return dispatches.map((dispatch) => {
    const { bindings } = dispatch.shader;
    const read = bindings.find(({ tensor }) => tensor === input);
    const write = bindings.find(({ tensor }) => tensor === output);
    const { name } = dispatch.kernel;
    if (read !== undefined && written) {
      throw refusal(output, input, `kernel ${name} reads ${input} after ${output} is written`);
    }
    written ||= write !== undefined;
    if (write?.write === "add") throw refusal(output, input, `${output} is added to what its buffer holds`);
    if (read === undefined || write === undefined) return dispatch;
    if (!read.placeOf?.includes(output)) {
      const because = `kernel ${name} reads elements of ${input} where or after others are written`;
      throw refusal(output, input, because);
    }
    const both = { ...write, accessors: { ...read.accessors, ...write.accessors } };
    return withBindings(
      dispatch,
      bindings.filter((one) => one !== read).map((one) => (one === write ? both : one)),
    );
  });
}

function refusal(output: string, input: string, because: string): NormError {
  return new NormError("N522", `${output} cannot be written over ${input}: ${because}`);
}

function withBindings(dispatch: Dispatch, bindings: readonly ProgramBinding[]): Dispatch {
  return { ...dispatch, shader: { ...dispatch.shader, bindings } };
}

/** A kernel that only writes scratch memory, which is ours, reads the caller's buffers as before. */
function share(bindings: readonly ProgramBinding[], given: ReadonlySet<string>): readonly ProgramBinding[] {
  const writes = bindings.some(({ tensor, access }) => access === "read_write" && given.has(tensor));
  if (!writes) return bindings;
  return bindings.map((one) =>
    given.has(one.tensor) && one.access === "read" ? { ...one, shared: "read_write" } : one,
  );
}

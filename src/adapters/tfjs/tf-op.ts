/** A norm as an operation of TensorFlow.js, with its gradient. */
import {
  engine,
  getKernel,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  Tensor,
  type TensorInfo,
  Variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { readOptions, usualKeys } from "../../runtime/options/read-options.ts";
import { NormError } from "../../runtime/shapes/errors.ts";
import { shownValue } from "../../runtime/shapes/shown-value.ts";
import {
  type Binding,
  type Bindings,
  type ParamsOf,
  type Pass,
  type ResultOf,
  readBindings,
} from "./binding.ts";
import { callShape } from "./call-shape.ts";
import { isResult, knownTensors, type PassResults, type RunPass, tfDtype } from "./pass.ts";
import { processorPasses } from "./processor-pass.ts";
import { webgpuPasses } from "./webgpu-pass.ts";

/** An input, an affine that may be omitted, or a state: a `Variable` where the norm updates it. */
export type OpTensor = Tensor | undefined;

/**
 * A norm as an op. It takes the tensors of the spec in their order, inputs, affines and states, then params and the mode by
 * name: `groupNorm(x, gamma, beta, { G: 32 })`. Affines at the end may be left out.
 */
export interface NormOp<Result = Tensor, Params = object> {
  /**
   * @throws NormError N502 a missing input, N503 to N507 shapes and params, N511 the mode, N525 before `load` is done, N561 a
   * backend that it cannot run on, N562 a tensor that it cannot take.
   */
  (...args: readonly OpTensor[] | readonly [...OpTensor[], Params]): Result;
  /**
   * Loads the code of the norm and its gradient, once. Nothing waits afterwards.
   * @param backend the name of a backend. @default the one in use
   * @throws NormError (as a rejection) N541 if the engine does not compile it, N561.
   */
  load(backend?: string): Promise<void>;
}

/** What a call hands to the kernel and, through the tape, to the gradient. */
interface Attributes {
  readonly names: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Makes a norm an op that `tf.grad`, `tf.variableGrads` and optimizers know how to differentiate.
 *
 *     const groupNorm = tfOp(GroupNorm);
 *     await groupNorm.load();
 *     const y = tf.tidy(() => groupNorm(x, gamma, beta, { G: 32 }));
 *
 * @param bindings the object of the norm in its module for WebGPU (`group_norm.js`), for processors (`group_norm.wasm.js`), or
 * both. The backend webgpu takes the first, wasm and cpu the second.
 * @throws NormError N560 for anything else.
 */
export function tfOp<const B extends Binding>(
  ...bindings: readonly [B, ...Binding[]]
): NormOp<ResultOf<B>, ParamsOf<B>> {
  const read = readBindings(bindings);
  const { programs } = bindings[0];
  const norm = programs[0]!.norm;
  const kernelName = freeKernelName(`normc.${norm}`);
  const passes = register(kernelName, read, programs);

  function op(...args: readonly (Tensor | object | undefined)[]): Tensor | Record<string, Tensor> {
    const { backendName } = engine();
    if (passes(backendName) === undefined) throw notOn(norm, backendName, read);
    const last = args.at(-1);
    const options = last === undefined || last instanceof Tensor ? {} : (last as Attributes["options"]);
    const tensors = last === options ? args.slice(0, -1) : args;
    const { program } = readOptions<ProgramInterface>(programs, options, usualKeys);
    const given = givenTensors(programs, program, tensors);
    const names = given.map(([name]) => name);
    const inputs = given.map(([, tensor]) => tensor);
    const results = run(kernelName, inputs, { names, options });
    const outputs = resultNames(program).map((name, i) => [name, results[i]!] as const);
    for (const [name, tensor] of outputs) {
      const variable = given.find(([own]) => own === name)?.[1];
      if (variable === undefined) continue;
      (variable as Variable).assign(tensor);
      tensor.dispose();
    }
    const own = outputs.filter(([name]) => !names.includes(name));
    return own.length === 1 ? own[0]![1] : Object.fromEntries(own);
  }

  return Object.assign(op, {
    async load(backend?: string): Promise<void> {
      if (backend === undefined) await engine().ready();
      const backendName = backend ?? engine().backendName;
      const binding = backendName === "webgpu" ? read.webgpu : read.wasm;
      if (binding === undefined || passes(backendName) === undefined) throw notOn(norm, backendName, read);
      const all = (["create", "createBackward", "createSaving"] as const).filter(
        (pass) => binding[`${pass}Now`] !== undefined,
      );
      await Promise.all(all.map((pass) => binding.load(pass as never)));
    },
  }) as NormOp<ResultOf<B>, ParamsOf<B>>;
}

/** Registers the kernel on each backend that it can run on, and its gradient. Returns what runs passes there. */
function register(
  kernelName: string,
  { webgpu, wasm }: Bindings,
  programs: readonly ProgramInterface[],
): (backendName: string) => RunPass | undefined {
  const processor = wasm && processorPasses(wasm);
  const runs: Readonly<Record<string, RunPass | undefined>> = {
    webgpu: webgpu && webgpuPasses(webgpu),
    wasm: processor,
    cpu: processor,
  };
  const saves = webgpu?.createSavingNow !== undefined || wasm?.createSavingNow !== undefined;
  const forward: Pass = saves ? "createSaving" : "create";
  for (const [backendName, runPass] of Object.entries(runs)) {
    if (runPass === undefined) continue;
    const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
      const { names, options } = attrs as unknown as Attributes;
      const given = named(names, Object.values(inputs) as TensorInfo[]);
      const program = programOf(programs, options);
      const shape = callShape(program, shapesOf(given));
      const results = runPass(backend as never, { pass: forward, shape, options, given });
      return listed(results, [...resultNames(program), ...savedNames(results)]);
    };
    registerKernel({ kernelName, backendName, kernelFunc });
    const backward: KernelFunc = ({ inputs, attrs, backend }) => {
      const { names, options } = attrs as unknown as Attributes;
      const given = named(names, Object.values(inputs) as TensorInfo[]);
      const program = programOf(programs, options);
      const forwardNames = program.tensors.filter(({ role }) => role !== "output").map(({ name }) => name);
      const own = new Map([...given].filter(([name]) => forwardNames.includes(name)));
      const shape = callShape(program, shapesOf(own));
      const of = wanted(program, [...own.keys()]);
      const results = runPass(backend as never, {
        pass: "createBackward",
        shape,
        options: { ...options, of },
        given,
      });
      return listed(
        results,
        of.map((name) => `d_${name}`),
      );
    };
    registerKernel({ kernelName: gradientName(kernelName), backendName, kernelFunc: backward });
  }
  registerGradient({
    kernelName,
    saveAllInputs: true,
    // What was saved stands behind the outputs; the flags of those that a norm has not are ignored.
    outputsToSave: saves ? Array.from({ length: 16 }, () => true) : [],
    gradFunc: (dys, saved, attrs) => {
      const { names, options } = attrs as unknown as Attributes;
      const program = programOf(programs, options);
      const outputs = program.tensors.filter(({ role }) => role === "output").map(({ name }) => name);
      const cotangents = (Array.isArray(dys) ? dys : [dys]) as Tensor[];
      const given = [
        ...names.map((name, i) => [name, saved[i]!] as const),
        // Values of states from before the step are those that were given.
        ...[...resultNames(program), "saved"].flatMap((name, i) => {
          const tensor = saved[names.length + i];
          return tensor === undefined || names.includes(name) ? [] : [[name, tensor] as const];
        }),
        ...outputs.map((name) => [`d_${name}`, cotangents[resultNames(program).indexOf(name)]!] as const),
      ];
      const of = wanted(program, names);
      const gradients = run(
        gradientName(kernelName),
        given.map(([, one]) => one),
        {
          names: given.map(([name]) => name),
          options,
        },
      );
      return Object.fromEntries(
        names.map((name, i) => {
          const at = of.indexOf(name);
          return [i, () => (at < 0 ? zerosLike(saved[i]!) : gradients[at]!)];
        }),
      );
    },
  });
  return (backendName) => (Object.hasOwn(runs, backendName) ? runs[backendName] : undefined);
}

function gradientName(kernelName: string): string {
  return `${kernelName}.gradient`;
}

/** Several ops may be made of norms of one name. */
function freeKernelName(wish: string): string {
  let name = wish;
  const taken = (): boolean => backends.some((backend) => getKernel(name, backend) != null);
  for (let i = 2; taken(); i++) name = `${wish}.${i}`;
  return name;
}

const backends = ["webgpu", "wasm", "cpu"];

/** TensorFlow.js takes lists of inputs as it takes records: it saves all inputs only of lists. */
function run(kernelName: string, inputs: readonly Tensor[], attributes: Attributes): Tensor[] {
  const made = engine().runKernel(
    kernelName,
    inputs as unknown as NamedTensorMap,
    attributes as unknown as NamedAttrMap,
  ) as Tensor | Tensor[];
  return Array.isArray(made) ? made : [made];
}

function named(names: readonly string[], infos: readonly TensorInfo[]): Map<string, TensorInfo> {
  return new Map(names.map((name, i) => [name, infos[i]!]));
}

function shapesOf(infos: ReadonlyMap<string, TensorInfo>): ReadonlyMap<string, readonly number[]> {
  return new Map([...infos].map(([name, { shape }]) => [name, shape]));
}

function listed(results: PassResults, names: readonly string[]): TensorInfo[] {
  return names.map((name) => results.get(name)!);
}

/** The outputs, then the states that the norm updates. */
function resultNames(program: ProgramInterface): readonly string[] {
  const results = program.tensors.filter((one) => isResult(one) && one.role !== "saved");
  const isOutput = ({ role }: ProgramTensor): boolean => role === "output";
  return [...results.filter(isOutput), ...results.filter((one) => !isOutput(one))].map(({ name }) => name);
}

function savedNames(results: PassResults): readonly string[] {
  return results.has("saved") ? ["saved"] : [];
}

/** The tensors of the call that have a gradient. */
function wanted({ tensors }: ProgramInterface, names: readonly string[]): readonly string[] {
  return tensors
    .filter(({ name, role, dtype }) => {
      return dtype === undefined && (role === "input" || role === "affine") && names.includes(name);
    })
    .map(({ name }) => name);
}

/** The program of the mode, which the op has checked. */
function programOf(programs: readonly ProgramInterface[], { mode }: Attributes["options"]): ProgramInterface {
  return programs.find((one) => one.mode === (mode ?? null))!;
}

/** @throws NormError N502, N562. */
function givenTensors(
  programs: readonly ProgramInterface[],
  program: ProgramInterface,
  tensors: readonly unknown[],
): readonly (readonly [string, Tensor])[] {
  const order = new Map(
    programs
      .flatMap(knownTensors)
      .filter(({ role }) => role === "input" || role === "affine" || role === "state")
      .map((one) => [one.name, one]),
  );
  const names = [...order.keys()];
  const { norm } = program;
  if (tensors.length > names.length) {
    throw new NormError(
      "N562",
      `${norm}: expected ${names.join(", ")} and options, given ${tensors.length} tensors`,
    );
  }
  return names.flatMap((name, i) => {
    const own = program.tensors.find((one) => one.name === name);
    const tensor = tensors[i];
    if (own === undefined) return [];
    if (tensor === undefined) {
      if (own.role === "affine" || (own.role === "state" && own.updated !== true)) return [];
      throw new NormError("N502", `${norm}: ${own.role} ${name} is missing`);
    }
    const dtype = tfDtype(own);
    if (dtype === undefined) {
      throw new NormError("N562", `${norm}: TensorFlow.js has no tensors of ${own.dtype}, which ${name} is`);
    }
    if (!(tensor instanceof Tensor) || tensor.dtype !== dtype) {
      const what = tensor instanceof Tensor ? `one of ${tensor.dtype}` : shownValue(tensor);
      throw new NormError("N562", `${norm}: ${name}: expected a tensor of ${dtype}, given ${what}`);
    }
    if (own.updated === true && !(tensor instanceof Variable)) {
      throw new NormError("N562", `${norm} updates ${name}: expected a tf.Variable, given a tensor`);
    }
    return [[name, tensor] as const];
  });
}

function notOn(norm: string, backendName: string, { webgpu }: Bindings): NormError {
  const has = webgpu === undefined ? "wasm and cpu" : "webgpu";
  const module = backendName === "webgpu" ? "for WebGPU" : "for processors (`normc build --target wasm`)";
  const reason = backends.includes(backendName)
    ? `give tfOp the norm's module ${module}, too`
    : "there is no way there: `await tf.setBackend(...)` one of them";
  return new NormError("N561", `${norm} runs on ${has}, not on the backend ${backendName}: ${reason}`);
}

/**
 * The dims of a call, as the runtime takes them. A variadic axis becomes one dim, since tensors are dense, and the batch
 * is left open, so that a norm and its pipelines serve every batch.
 */
import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { type Dynamic, dynamic } from "../../runtime/shapes/dynamic.ts";
import { product } from "../../runtime/shapes/lengths.ts";

export interface CallShape {
  /** The dims of the tensors that are given, by name. */
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** The same with the batch open, and its extent. Undefined if there is none that could be open. */
  readonly open:
    | {
        readonly dims: Readonly<Record<string, readonly (number | Dynamic)[]>>;
        readonly extents: Readonly<Record<string, number>>;
      }
    | undefined;
  /** The shape of another tensor of the norm. @param dims as the runtime has them, at most. */
  shapeOf(tensor: ProgramTensor, dims: readonly number[]): number[];
}

/** @param shapes of the tensors that are given, by name. */
export function callShape(
  program: ProgramInterface,
  shapes: ReadonlyMap<string, readonly number[]>,
): CallShape {
  const sizes = new Map<string, readonly number[]>();
  const isVariadic = (axis: string): boolean =>
    program.axes.some(({ name, variadic }) => variadic && name === axis);
  const known = program.tensors.filter(({ name }) => shapes.has(name));
  const dims = Object.fromEntries(
    known.map((one) => {
      const shape = shapes.get(one.name)!;
      const spare = shape.length - one.dims.length + 1;
      // A wrong number of dims is left for the runtime to refuse.
      if (one.dims.some(isVariadic) ? spare < 0 : spare !== 1) return [one.name, shape];
      let at = 0;
      const own = one.dims.flatMap((axis) => {
        const count = isVariadic(axis) ? spare : 1;
        const list = shape.slice(at, at + count);
        at += count;
        sizes.set(axis, list);
        return isVariadic(axis) ? [product(list)] : list;
      });
      return [one.name, own];
    }),
  );
  const axis = batchAxis(program);
  const extent = axis === undefined ? 0 : product(sizes.get(axis) ?? [0]);
  const most = dynamic(2 ** Math.ceil(Math.log2(extent)));
  return {
    dims,
    open:
      axis === undefined || extent === 0
        ? undefined
        : {
            dims: Object.fromEntries(
              known.map((one) => [
                one.name,
                dims[one.name]!.map((size, i) => (one.dims[i] === axis ? most : size)),
              ]),
            ),
            extents: { [axis]: extent },
          },
    shapeOf: (tensor, given) =>
      tensor.dims.flatMap((one, i) =>
        isVariadic(one) || one === axis ? (sizes.get(one) ?? []) : [given[i]!],
      ),
  };
}

/** The first axis of the first input, if it is one of samples: no weight lies along it, and it is not split. */
function batchAxis({ axes, tensors }: ProgramInterface): string | undefined {
  const [axis] = tensors.find(({ role }) => role === "input")!.dims;
  const own = axes.find(({ name }) => name === axis);
  const isWeight = ({ role, dims }: ProgramTensor): boolean =>
    (role === "affine" || role === "state") && axis !== undefined && dims.includes(axis);
  const splits = own === undefined || own.factors.length > 1 || own.factors[0]!.extent !== null;
  return splits || tensors.some(isWeight) ? undefined : axis;
}

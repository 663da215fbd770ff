/** Convolutions of 3x3 with a border of one zero, and dense layers: patches and matrix products. */
import type { Device, Tensor } from "./device.ts";

export interface Product {
  forward(): void;
  /** Writes the gradients of the weights and, where wanted, of the input. */
  backward(): void;
}

export interface ConvolutionShape {
  readonly samples: number;
  readonly channels: number;
  readonly filters: number;
  /** Of the square image that comes in. */
  readonly size: number;
  readonly stride: number;
}

/** x[samples, channels, size, size], w[filters, channels, 3, 3], y[samples, filters, out, out]. */
export interface ProductTensors {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly y: Tensor;
  /** Not there: only the forward pass runs. */
  readonly back?: {
    readonly d_y: Tensor;
    readonly d_w: Tensor;
    readonly d_x?: Tensor | undefined;
  };
}

export function outSize({ size, stride }: Pick<ConvolutionShape, "size" | "stride">): number {
  return Math.floor((size - 1) / stride) + 1;
}

export function convolution(device: Device, shape: ConvolutionShape, tensors: ProductTensors): Product {
  const { samples, channels, filters, size, stride } = shape;
  const { product, patches, patchesBack, transpose } = device.kernels;
  const { x, w, y, back } = tensors;
  const out = outSize(shape);
  const places = out * out;
  const inner = 9 * channels;
  const [xBytes, yBytes, colsBytes] = [4 * channels * size * size, 4 * filters * places, 4 * inner * places];
  // The backward pass reads the patches of all samples again.
  const cols = device.take((back ? samples : 1) * inner * places).address;
  const colsOf = (sample: number): number => cols + (back ? sample * colsBytes : 0);
  const d_cols = device.take(back?.d_x ? inner * places : 0).address;
  const turned = device.take(back ? filters * places : 0).address;
  const d_turned = device.take(back ? filters * inner : 0).address;
  return {
    forward() {
      for (let i = 0; i < samples; i++) {
        patches(x.address + i * xBytes, colsOf(i), channels, size, out, stride);
        product(
          ...([w.address, 4 * inner, 4, colsOf(i), 4 * places] as const),
          ...([y.address + i * yBytes, 4 * places, filters, places, inner, 0] as const),
        );
      }
    },
    backward() {
      if (back === undefined) throw new Error("made without a backward pass");
      const { d_y, d_w, d_x } = back;
      for (let i = 0; i < samples; i++) {
        const d = d_y.address + i * yBytes;
        transpose(d, turned, filters, places);
        product(
          ...([colsOf(i), 4 * places, 4, turned, 4 * filters] as const),
          ...([d_turned, 4 * filters, inner, filters, places, i === 0 ? 0 : 1] as const),
        );
        if (d_x === undefined) continue;
        product(
          ...([w.address, 4, 4 * inner, d, 4 * places] as const),
          ...([d_cols, 4 * places, inner, places, filters, 0] as const),
        );
        patchesBack(d_x.address + i * xBytes, d_cols, channels, size, out, stride);
      }
      transpose(d_turned, d_w.address, inner, filters);
    },
  };
}

/** x[rows, inner], w[inner, columns], y[rows, columns]. */
export function dense(
  device: Device,
  { rows, inner, columns }: { readonly rows: number; readonly inner: number; readonly columns: number },
  { x, w, y, back }: ProductTensors,
): Product {
  const { product, transpose } = device.kernels;
  const turned = device.take(back?.d_x ? inner * columns : 0).address;
  return {
    forward() {
      product(
        ...([x.address, 4 * inner, 4, w.address, 4 * columns] as const),
        ...([y.address, 4 * columns, rows, columns, inner, 0] as const),
      );
    },
    backward() {
      if (back === undefined) throw new Error("made without a backward pass");
      const { d_y, d_w, d_x } = back;
      product(
        ...([x.address, 4, 4 * inner, d_y.address, 4 * columns] as const),
        ...([d_w.address, 4 * columns, inner, columns, rows, 0] as const),
      );
      if (d_x === undefined) return;
      transpose(w.address, turned, inner, columns);
      product(
        ...([d_y.address, 4 * columns, 4, turned, 4 * inner] as const),
        ...([d_x.address, 4 * inner, rows, inner, columns, 0] as const),
      );
    },
  };
}

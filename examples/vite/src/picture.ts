/** Rings and stripes under a light that falls from the left: grey values from 0 to 1, row by row. */
export function picture(size: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [x / size - 0.5, y / size - 0.5];
      const rings = 0.5 + 0.5 * Math.cos(70 * Math.hypot(u, v));
      const stripes = 0.5 + 0.5 * Math.sin(90 * (u + v * Math.sin(9 * v)));
      const light = 0.06 + 0.94 / (1 + Math.exp(14 * u));
      values[y * size + x] = light * (0.25 + 0.75 * (rings * 0.6 + stripes * 0.4));
    }
  }
  return values;
}

export function paint(id: string, values: ArrayLike<number>, size: number): void {
  const canvas = document.querySelector<HTMLCanvasElement>(`canvas#${id}`);
  const pixels = new ImageData(size, size);
  for (let i = 0; i < values.length; i++) pixels.data.set([...Array(3).fill(255 * values[i]!), 255], 4 * i);
  canvas?.getContext("2d")?.putImageData(pixels, 0, 0);
}

export function meanAndDeviation(values: ArrayLike<number>): { mean: number; deviation: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/**
 * The kernels that are no norm, as WebAssembly text: matrix products, patches of images, the step of the optimizer. One
 * thread runs them: the lab trains two networks side by side instead of one network on two threads.
 *
 * The product adds with relaxed SIMD's fused instruction, which Node has since 22.
 */

/** Rows of a tile of the product, and vectors of four columns: eight sums hide the latency of eight fused additions. */
const tileRows = 4;
const tileVectors = 2;

/** The whole module. Strides, row lengths and addresses are in bytes, counts in elements. */
export function kernelsText(): string {
  return `(module
  (import "lab" "memory" (memory 0))
  ${rowsText(tileRows)}
  ${rowsText(1)}
  ${product}
  ${patches}
  ${patchesBack}
  ${transpose}
  ${descend}
  ${addScaled}
)`;
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

const productParams = `(param $a i32) (param $aRow i32) (param $aStep i32) (param $b i32) (param $bRow i32)
    (param $c i32) (param $cRow i32) (param $n i32) (param $k i32) (param $adds i32)`;

/** Some rows of a product: tiles of eight columns, then of four, then single columns. */
function rowsText(rows: number): string {
  const sums = range(rows).flatMap((r) => range(tileVectors).map((v) => `(local $s${r}_${v} v128)`));
  const reads = range(rows).map((r) => `(local $a${r} i32) (local $f${r} f32)`);
  return `(func $rows${rows} ${productParams}
    (local $at i32) (local $left i32) (local $x v128) (local $y v128) (local $splat v128) (local $z f32)
    ${[...sums, ...reads].join(" ")}
    ${[tileVectors, 1].map((vectors) => columnsText(rows, vectors)).join("\n")}
    ${singleText(rows)})`;
}

function columnsText(rows: number, vectors: number): string {
  const each = (make: (row: number, vector: number) => string): string =>
    range(rows)
      .flatMap((r) => range(vectors).map((v) => make(r, v)))
      .join("\n");
  const place = (r: number): string =>
    r === 0 ? "(local.get $c)" : `(i32.add (local.get $c) (i32.mul (local.get $cRow) (i32.const ${r})))`;
  const loaded = ["$x", "$y"];
  return `(block $done${vectors} (loop $columns${vectors}
      (br_if $done${vectors} (i32.lt_s (local.get $n) (i32.const ${4 * vectors})))
      ${startText(rows)}
      (if (local.get $adds)
        (then ${each((r, v) => `(local.set $s${r}_${v} (v128.load offset=${16 * v} ${place(r)}))`)})
        (else ${each((r, v) => `(local.set $s${r}_${v} (v128.const i32x4 0 0 0 0))`)}))
      (loop $inner
        ${range(vectors)
          .map((v) => `(local.set ${loaded[v]} (v128.load offset=${16 * v} (local.get $at)))`)
          .join("\n")}
        ${range(rows)
          .map(
            (r) => `(local.set $splat (v128.load32_splat (local.get $a${r})))
        ${range(vectors)
          .map(
            (v) =>
              `(local.set $s${r}_${v} (f32x4.relaxed_madd (local.get $splat) (local.get ${loaded[v]}) (local.get $s${r}_${v})))`,
          )
          .join("\n")}`,
          )
          .join("\n")}
        ${advanceText(rows)})
      ${each((r, v) => `(v128.store offset=${16 * v} ${place(r)} (local.get $s${r}_${v}))`)}
      ${nextText(4 * vectors)}
      (br $columns${vectors})))`;
}

function singleText(rows: number): string {
  const place = (r: number): string =>
    `(i32.add (local.get $c) (i32.mul (local.get $cRow) (i32.const ${r})))`;
  const each = (make: (row: number) => string): string => range(rows).map(make).join("\n");
  return `(block $done (loop $columns
      (br_if $done (i32.lt_s (local.get $n) (i32.const 1)))
      ${startText(rows)}
      ${each((r) => `(local.set $f${r} (if (result f32) (local.get $adds) (then (f32.load ${place(r)})) (else (f32.const 0))))`)}
      (loop $inner
        (local.set $z (f32.load (local.get $at)))
        ${each((r) => `(local.set $f${r} (f32.add (local.get $f${r}) (f32.mul (local.get $z) (f32.load (local.get $a${r})))))`)}
        ${advanceText(rows)})
      ${each((r) => `(f32.store ${place(r)} (local.get $f${r}))`)}
      ${nextText(1)}
      (br $columns)))`;
}

function startText(rows: number): string {
  const starts = range(rows).map(
    (r) => `(local.set $a${r} (i32.add (local.get $a) (i32.mul (local.get $aRow) (i32.const ${r}))))`,
  );
  return `${starts.join("\n")}
      (local.set $at (local.get $b))
      (local.set $left (local.get $k))`;
}

function advanceText(rows: number): string {
  const moves = range(rows).map((r) => `(local.set $a${r} (i32.add (local.get $a${r}) (local.get $aStep)))`);
  return `${moves.join("\n")}
        (local.set $at (i32.add (local.get $at) (local.get $bRow)))
        (br_if $inner (local.tee $left (i32.sub (local.get $left) (i32.const 1))))`;
}

function nextText(columns: number): string {
  return `(local.set $b (i32.add (local.get $b) (i32.const ${4 * columns})))
      (local.set $c (i32.add (local.get $c) (i32.const ${4 * columns})))
      (local.set $n (i32.sub (local.get $n) (i32.const ${columns})))`;
}

/** c[m, n] = a[m, k] b[k, n], or added to c. The rows and columns of a may lie anyhow, so that it may be a transposed one. */
const product = `(func (export "product")
    (param $a i32) (param $aRow i32) (param $aStep i32) (param $b i32) (param $bRow i32)
    (param $c i32) (param $cRow i32) (param $m i32) (param $n i32) (param $k i32) (param $adds i32)
    ${[tileRows, 1]
      .map(
        (rows) => `(block $done${rows} (loop $rows${rows}
      (br_if $done${rows} (i32.lt_s (local.get $m) (i32.const ${rows})))
      (call $rows${rows} (local.get $a) (local.get $aRow) (local.get $aStep) (local.get $b) (local.get $bRow)
        (local.get $c) (local.get $cRow) (local.get $n) (local.get $k) (local.get $adds))
      (local.set $a (i32.add (local.get $a) (i32.mul (local.get $aRow) (i32.const ${rows}))))
      (local.set $c (i32.add (local.get $c) (i32.mul (local.get $cRow) (i32.const ${rows}))))
      (local.set $m (i32.sub (local.get $m) (i32.const ${rows})))
      (br $rows${rows})))`,
      )
      .join("\n    ")})`;

/** Goes through the patches of 3x3 of a square image with a border of one zero: `inside` sees places in it, `outside` others. */
const overPatches = (inside: string, outside: string, before = ""): string => `
    (local $c i32) (local $ky i32) (local $kx i32) (local $oy i32) (local $ox i32) (local $iy i32) (local $ix i32)
    ${before}
    (local.set $c (i32.const 0))
    (loop $channels
      (local.set $ky (i32.const -1))
      (loop $down
        (local.set $kx (i32.const -1))
        (loop $across
          (local.set $oy (i32.const 0))
          (loop $lines
            (local.set $iy (i32.add (i32.mul (local.get $oy) (local.get $stride)) (local.get $ky)))
            (local.set $ix (local.get $kx))
            (local.set $ox (i32.const 0))
            (loop $places
              (if (i32.and (i32.lt_u (local.get $iy) (local.get $size)) (i32.lt_u (local.get $ix) (local.get $size)))
                (then ${inside}) (else ${outside}))
              (local.set $cols (i32.add (local.get $cols) (i32.const 4)))
              (local.set $ix (i32.add (local.get $ix) (local.get $stride)))
              (br_if $places (i32.lt_u (local.tee $ox (i32.add (local.get $ox) (i32.const 1))) (local.get $out))))
            (br_if $lines (i32.lt_u (local.tee $oy (i32.add (local.get $oy) (i32.const 1))) (local.get $out))))
          (br_if $across (i32.lt_s (local.tee $kx (i32.add (local.get $kx) (i32.const 1))) (i32.const 2))))
        (br_if $down (i32.lt_s (local.tee $ky (i32.add (local.get $ky) (i32.const 1))) (i32.const 2))))
      (local.set $x (i32.add (local.get $x) (i32.mul (i32.const 4) (i32.mul (local.get $size) (local.get $size)))))
      (br_if $channels (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (local.get $channels))))`;

const pixel = `(i32.add (local.get $x) (i32.shl (i32.add (i32.mul (local.get $iy) (local.get $size)) (local.get $ix)) (i32.const 2)))`;
const patchParams = `(param $x i32) (param $cols i32) (param $channels i32) (param $size i32) (param $out i32) (param $stride i32)`;

/** cols[channels 3 3, out out] from x[channels, size, size]. */
const patches = `(func (export "patches") ${patchParams}
  ${overPatches(
    `(f32.store (local.get $cols) (f32.load ${pixel}))`,
    "(f32.store (local.get $cols) (f32.const 0))",
  )})`;

/** Its gradient: adds each element of cols to the pixel that it came from. x is cleared before. */
const patchesBack = `(func (export "patchesBack") ${patchParams}
  ${overPatches(
    `(f32.store ${pixel} (f32.add (f32.load ${pixel}) (f32.load (local.get $cols))))`,
    "(nop)",
    `(memory.fill (local.get $x) (i32.const 0)
      (i32.mul (i32.shl (local.get $channels) (i32.const 2)) (i32.mul (local.get $size) (local.get $size))))`,
  )})`;

/** to[columns, rows] from from[rows, columns]. */
const transpose = `(func (export "transpose") (param $from i32) (param $to i32) (param $rows i32) (param $columns i32)
    (local $i i32) (local $j i32) (local $at i32)
    (local.set $i (i32.const 0))
    (loop $outer
      (local.set $at (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 2))))
      (local.set $j (i32.const 0))
      (loop $inner
        (f32.store (local.get $at) (f32.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $at (i32.add (local.get $at) (i32.shl (local.get $rows) (i32.const 2))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $columns))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rows)))))`;

/** velocity = momentum velocity + gradient + decay value, value -= rate velocity (Sutskever et al., 2013, as in PyTorch). */
const descend = `(func (export "descend")
    (param $value i32) (param $gradient i32) (param $velocity i32) (param $count i32)
    (param $rate f32) (param $momentum f32) (param $decay f32)
    (local $v v128) (local $end i32)
    (local.set $end (i32.add (local.get $value) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (local.set $v (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $momentum)) (v128.load (local.get $velocity)))
        (f32x4.add (v128.load (local.get $gradient))
          (f32x4.mul (f32x4.splat (local.get $decay)) (v128.load (local.get $value))))))
      (v128.store (local.get $velocity) (local.get $v))
      (v128.store (local.get $value) (f32x4.sub (v128.load (local.get $value))
        (f32x4.mul (f32x4.splat (local.get $rate)) (local.get $v))))
      (local.set $gradient (i32.add (local.get $gradient) (i32.const 16)))
      (local.set $velocity (i32.add (local.get $velocity) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $value (i32.add (local.get $value) (i32.const 16))) (local.get $end)))))`;

/** to = from + factor x. */
const addScaled = `(func (export "addScaled")
    (param $to i32) (param $from i32) (param $x i32) (param $factor f32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (v128.store (local.get $to) (f32x4.add (v128.load (local.get $from))
        (f32x4.mul (f32x4.splat (local.get $factor)) (v128.load (local.get $x)))))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end)))))`;

import { LayerNorm } from "./generated/layer_norm.wasm.js";
import { gradient, largestDifference, normalized } from "./reference.js";

const shape = { x: [512, 768] };
const norm = await LayerNorm.create(shape, { threads: 2 });

// In the memory of the first norm. Its x is there already: nothing is copied between the two.
const { memory, tensors } = norm;
const at = { x: tensors.x.address };
const back = await LayerNorm.createBackward({ ...shape, of: ["x"] }, { threads: 2, memory, at });

// Views are taken once all norms are there: a memory that grows may leave old ones without elements.
const x = tensors.x.view;
const d_y = back.tensors.d_y.view;
for (let i = 0; i < x.length; i++) {
  x[i] = 5 + Math.random();
  d_y[i] = Math.random() - 0.5;
}
norm.run();
back.run();

const differences = {
  y: largestDifference(tensors.y.view, normalized(x, 768)),
  d_x: largestDifference(back.tensors.d_x.view, gradient(x, d_y, 768)),
};
console.log(`on ${norm.threads} threads, largest differences from plain JavaScript:`);
console.log(JSON.stringify(differences));

back.destroy();
norm.destroy();

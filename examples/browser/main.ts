/** The page: one spec on WebGPU and on WebGL2, side by side, each held against float64. */
import { type Backend, type Missing, measure, type Outcome, openWebGl2, openWebGpu } from "./backends.ts";
import { type Choice, choices, type Feeds } from "./norms.ts";
import { product, reference } from "./reference.ts";

const choiceOf = find("norm", HTMLSelectElement);
const shapeOf = find("shape", HTMLSelectElement);
const farOf = find("far", HTMLSelectElement);
const again = find("run", HTMLButtonElement);
const spec = find("spec", HTMLElement);

function find<Of extends HTMLElement>(id: string, kind: new () => Of): Of {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

function chosen(): Choice {
  return choices.find(({ name }) => name === choiceOf.value) ?? choices[0]!;
}

function fill(select: HTMLSelectElement, labels: readonly (readonly [value: string, label: string])[]): void {
  select.replaceChildren(...labels.map(([value, label]) => new Option(label, value)));
}

function fillShapes(): void {
  const { name, text, shapes } = chosen();
  fill(
    shapeOf,
    shapes.map(({ dims }, i) => [String(i), dims.join(" × ")]),
  );
  // A file may hold several norms.
  const norm = text.split(/\n(?=\/\/\/[^\n]*\nnorm)/).find((part) => part.includes(`norm ${name} {`));
  spec.textContent = (norm ?? text).trim();
}

/** Normally distributed (Box and Muller), with a deviation of 1. */
function normals(count: number, mean: number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return mean + radius * Math.cos(2 * Math.PI * Math.random());
  });
}

function feedsFor({ affine, channel }: Choice, dims: readonly number[], mean: number): Feeds {
  const extent = (channel ? dims[1] : dims.at(-1)) ?? 1;
  return {
    x: normals(product(dims), mean),
    ...(affine.includes("gamma") ? { gamma: normals(extent, 1) } : {}),
    ...(affine.includes("beta") ? { beta: normals(extent, 0) } : {}),
  };
}

/** The largest of |got − want| / max(1, |want|); NaN is the worst. */
function largestError(got: Float32Array, want: Float64Array): number {
  let worst = 0;
  for (const [i, value] of want.entries()) {
    const error = Math.abs(got[i]! - value) / Math.max(1, Math.abs(value));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

interface Card {
  readonly backend: Backend | Missing;
  readonly element: HTMLElement;
}

function show({ element }: Card, state: string, fields: Readonly<Record<string, string>>): void {
  element.dataset.state = state;
  for (const one of element.querySelectorAll<HTMLElement>("[data-field]")) {
    one.textContent = fields[one.dataset.field!] ?? "";
  }
}

function counted(steps: number, backend: Backend["name"]): string {
  const one = backend === "webgpu" ? "dispatch" : "draw";
  return `${steps} ${one}${steps === 1 ? "" : one === "draw" ? "s" : "es"}`;
}

async function runOn(card: Card, choice: Choice, feeds: Feeds, want: Float64Array): Promise<Outcome | null> {
  const { backend } = card;
  if ("missing" in backend) {
    show(card, "missing", { machine: backend.missing });
    return null;
  }
  show(card, "running", { machine: backend.machine, words: "compiling and running …" });
  try {
    const outcome = await measure(backend, choice.shapes[Number(shapeOf.value)]!, feeds);
    const { y, steps, first, median, runs } = outcome;
    const error = largestError(y, want);
    show(card, error <= 1e-5 ? "done" : "wrong", {
      machine: backend.machine,
      median: `${median.toFixed(2)} ms`,
      runs: `median of ${runs} runs`,
      first: `${first.toFixed(0)} ms`,
      error: error.toExponential(1),
      steps: counted(steps, backend.name),
    });
    return outcome;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    show(card, "failed", { machine: backend.machine, words: message });
    return null;
  }
}

async function runAll(cards: readonly Card[]): Promise<void> {
  const controls = [choiceOf, shapeOf, farOf, again];
  for (const one of controls) one.disabled = true;
  document.body.dataset.state = "running";
  const choice = chosen();
  const { dims } = choice.shapes[Number(shapeOf.value)]!;
  const feeds = feedsFor(choice, dims, Number(farOf.value));
  const want = reference(feeds.x, dims, choice.rows, choice.formula, feeds, choice.channel);
  const outcomes: (Outcome | null)[] = [];
  // One after the other: both may be the same GPU.
  for (const card of cards) outcomes.push(await runOn(card, choice, feeds, want));
  const slowest = Math.max(...outcomes.map((one) => one?.median ?? 0));
  for (const [i, { element }] of cards.entries()) {
    element.style.setProperty("--share", String((outcomes[i]?.median ?? 0) / (slowest || 1)));
  }
  for (const one of controls) one.disabled = false;
  document.body.dataset.state = "done";
}

fill(
  choiceOf,
  choices.map(({ name }) => [name, name]),
);
const asked = new URLSearchParams(location.search);
choiceOf.value = asked.get("norm") ?? choices[0]!.name;
fillShapes();
if (asked.has("far")) farOf.value = asked.get("far")!;

const backends = [await openWebGpu(), openWebGl2()];
const cards = backends.map((backend): Card => ({ backend, element: find(backend.name, HTMLElement) }));
choiceOf.addEventListener("change", () => {
  fillShapes();
  void runAll(cards);
});
for (const one of [shapeOf, farOf]) one.addEventListener("change", () => void runAll(cards));
again.addEventListener("click", () => void runAll(cards));
await runAll(cards);

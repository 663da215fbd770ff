/** The playground: an editor on the left, what the compiler makes and what the device does with it on the right. */
import "./styles/colours.css";
import "./styles/base.css";
import "./styles/playground.css";
import "./styles/runs.css";
import { startCompiler } from "./compiler/connect.ts";
import type { Chosen } from "./compiler/protocol.ts";
import { specPath } from "./compiler/spec-path.ts";
import { createEditor } from "./editor/editor.ts";
import { createLit } from "./editor/lit.ts";
import { connectServer } from "./editor/server.ts";
import { libraryTexts } from "./library.ts";
import { find } from "./page/dom.ts";
import { exampleIn, hashOf, linkedIn } from "./page/link.ts";
import { followTheme } from "./page/theme.ts";
import { type Choice, showChoice } from "./panels/choice.ts";
import { createMade } from "./panels/made.ts";
import { showProblems } from "./panels/problems.ts";
import { createRuns } from "./panels/runs.ts";
import { newest, type Shown } from "./panels/shown.ts";
import { createSizesForm } from "./panels/sizes-form.ts";
import { redrawPlots } from "./plots/plot.ts";
import { askRunner } from "./run/connect.ts";

const compiler = startCompiler();
const lit = createLit();
const library = libraryTexts();
const said = find("said", HTMLElement);
const say = (text: string): void => {
  said.textContent = text;
};

const examples = find("example", HTMLSelectElement);
examples.append(
  new Option("— yours —", ""),
  ...[...library.keys()].map((name) => new Option(name.replace(".norm", "").replaceAll("_", " "), name)),
);

/** What a link asks for, else group norm. */
function opened(): { readonly text: string; readonly norm?: string; readonly example: string } {
  const linked = linkedIn(location.hash);
  if (linked !== undefined) return { ...linked, example: "" };
  if (location.hash.startsWith("#spec="))
    return { text: "// This link is cut: its spec cannot be read.\n", example: "" };
  const wanted = `${exampleIn(location.hash) ?? "group_norm"}.norm`;
  const example = library.has(wanted) ? wanted : "group_norm.norm";
  return { text: library.get(example) ?? "", example };
}

const first = opened();
examples.value = first.example;
let choice: Choice = { grad: false, ...(first.norm === undefined ? {} : { norm: first.norm }) };
let shown: Shown | undefined;
let isWrong = false;

const made = createMade(compiler, lit);
find("made", HTMLElement).append(made.element);

const sizes = createSizesForm(
  find("sizes", HTMLFormElement),
  () => {
    if (shown === undefined) return;
    shown = { ...shown, sizes: sizes.sizes() };
    made.show(shown);
  },
  () => run(),
);

const runs = createRuns(sizes.button);
find("runs", HTMLElement).append(runs.element);

function run(): void {
  runs.run(shown === undefined || isWrong ? undefined : { chosen: shown.chosen, sizes: sizes.sizes() });
}

const problems = find("problems", HTMLElement);
const client = connectServer(compiler.port, (_, found) =>
  showProblems(problems, found, (line, character) => editor.go(line, character)),
);

const editor = createEditor({
  label: "Spec",
  text: first.text,
  client,
  uri: specPath,
  lit,
  changed(text) {
    if (text !== library.get(examples.value)) examples.value = "";
    compile(text);
  },
});
find("editor", HTMLElement).append(editor.element);

const settle = newest();

function compile(text: string): void {
  const chosen: Chosen = { text, ...choice };
  settle(
    compiler.ask("outline", chosen),
    (outline) => {
      isWrong = outline.kind === "wrong";
      made.grow(isWrong);
      if (outline.kind === "wrong") return;
      sizes.show(outline.fields);
      showChoice(find("choice", HTMLElement), outline, (next) => {
        choice = next;
        compile(editor.text());
      });
      shown = {
        chosen: { text, norm: outline.norm, mode: outline.mode ?? undefined, grad: outline.grad },
        outline,
        sizes: sizes.sizes(),
      };
      made.show(shown);
      document.body.dataset.compiled = outline.norm;
      warmUp(shown);
    },
    say,
  );
}

let isWarm = false;

/** Once the first kernels are shown, the other worker gets ready, so that the first run is quick. */
function warmUp({ chosen, sizes }: Shown): void {
  if (isWarm) return;
  isWarm = true;
  setTimeout(() => void askRunner("warm", { chosen, sizes }).catch(() => undefined), 200);
}

compile(first.text);

examples.addEventListener("change", () => {
  const text = library.get(examples.value);
  if (text === undefined) return;
  choice = { grad: false };
  history.replaceState(null, "", `#example=${examples.value.replace(".norm", "")}`);
  editor.set(text);
});

addEventListener("hashchange", () => {
  const { text, norm, example } = opened();
  choice = { grad: false, ...(norm === undefined ? {} : { norm }) };
  examples.value = example;
  if (text === editor.text()) compile(text);
  else editor.set(text);
});

const share = find("share", HTMLButtonElement);
share.addEventListener("click", async () => {
  const text = editor.text();
  const norm = shown?.outline.norms.length === 1 ? undefined : shown?.outline.norm;
  history.replaceState(null, "", hashOf({ text, ...(norm === undefined ? {} : { norm }) }));
  const isCopied = await navigator.clipboard.writeText(location.href).then(
    () => true,
    () => false,
  );
  const before = "Copy link";
  share.textContent = isCopied ? "Copied" : "In the address";
  say(isCopied ? "The link is copied." : "The link is in the address bar.");
  setTimeout(() => {
    share.textContent = before;
  }, 2000);
});

addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});

followTheme(find("theme", HTMLButtonElement), redrawPlots);

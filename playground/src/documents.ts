/** The pages of documents: every spec on them becomes an editor when the user wants to change it. */
import "./styles/colours.css";
import "./styles/base.css";
import "./styles/documents.css";
import { find } from "./page/dom.ts";
import { followTheme } from "./page/theme.ts";

followTheme(find("theme", HTMLButtonElement), () => undefined);

// The editor and the compiler are loaded when the first example is opened, or comes near on a page of a diagnostic.
const specs = [...document.querySelectorAll<HTMLElement>("[data-spec]")];
if (specs.length > 0) {
  const { offerEditing } = await import("./docs/live.ts");
  offerEditing(specs);
}

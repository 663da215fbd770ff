import type { Diagnostic, Source } from "../../src/language/diagnostics/diagnostic.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { testBroken } from "../support/broken.ts";

testBroken("broken files", new URL("./broken", import.meta.url).pathname, (source: Source) => {
  const found: Diagnostic[] = [];
  parse(source, (one) => found.push(one));
  return found;
});

// Joins the declaration files that an entry reaches into one. They are those that `tsc` prints, so their form is known:
// each statement begins at the start of a line, imports and re-exports are one line each.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * @param {string} entry the path of a .d.ts file.
 * @returns {string} one module that declares what the entry exports, and what these declarations need.
 * @throws Error where two files declare the same name, or where a file has another form.
 */
export function bundleDeclarations(entry) {
  const found = new Map();
  const seen = new Set();
  const libraries = new Set();
  const add = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const path of reached(text, file)) add(path);
    for (const [one] of text.matchAll(reference)) libraries.add(`${one}\n`);
    for (const [name, one] of statements(text, file)) {
      if (found.has(name)) throw new Error(`two declaration files of ${entry} declare ${name}`);
      found.set(name, one);
    }
  };
  add(entry);
  const links = exportsOf(readFileSync(entry, "utf8"));
  const wanted = new Set();
  const want = (text) => {
    for (const [word] of text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
      if (!found.has(word) || wanted.has(word)) continue;
      wanted.add(word);
      want(found.get(word));
    }
  };
  want(links);
  const texts = [...found].flatMap(([name, text]) => (wanted.has(name) ? [text] : []));
  return [...libraries, ...texts, links].join("");
}

const link = /^(?:import|export) (?:type )?\{.*\} from "(.*)";$/gm;

/** A library of TypeScript that a file needs. */
const reference = /^\/\/\/ <reference .*$/gm;

function reached(text, file) {
  return [...text.matchAll(link)].map(([, path]) =>
    resolve(dirname(file), path.replace(/\.[jt]s$/, ".d.ts")),
  );
}

/** Texts by name, without `export` and each with its comment. */
function statements(text, file) {
  const found = new Map();
  const rest = text
    .replace(link, "")
    .replace(reference, "")
    .replace(/^export \{\};$|^\/\/# sourceMappingURL=.*$/gm, "");
  // Comments begin and end at the start of a line, and so do declarations.
  for (const part of rest.split(/^(?=\/\*\*|export |declare |interface |type )/m)) {
    if (part.trim() === "") continue;
    const [, name] =
      /^(?:export )?(?:declare )?(?:interface|type|class|function|const) (\w+)/.exec(part) ?? [];
    if (name === undefined && !part.startsWith("/**"))
      throw new Error(`${file}: a statement of another form: ${part.split("\n")[0]}`);
    if (/\bimport\(/.test(part)) throw new Error(`${file}: ${name} has a type that is imported in place`);
    const plain = part.replace(/^export /, "").trimEnd();
    // A comment that belongs to no statement is about the file: it goes with the next statement all the same.
    const key = name ?? comment;
    found.set(
      key,
      `${found.get(comment) ?? ""}${found.get(key === comment ? undefined : key) ?? ""}${plain}\n`,
    );
    if (key !== comment) found.delete(comment);
  }
  found.delete(comment);
  return found;
}

const comment = Symbol("comment");

/** What the entry itself declares and what it exports of others, as one statement each. */
function exportsOf(text) {
  const own = [...text.matchAll(/^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm)];
  const others = [...text.matchAll(/^(export (?:type )?\{.*\}) from ".*";$/gm)];
  return [
    ...own.map(([, name]) => `export { ${name} };\n`),
    ...others.map(([, names]) => `${names};\n`),
  ].join("");
}

import type { Json } from '@tidemark/foundation';

/** Names and list positions, outermost first. */
export type Path = readonly (string | number)[];

/** Reads `user.name`, `labels[0].name`; a backslash before a dot or bracket makes it part of a name. Undefined: no path. */
export function parsePath(text: string): Path | undefined {
  const steps: (string | number)[] = [];
  let name = '';
  let isNamed = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && at + 1 < text.length) name += text[++at];
    else if (char === '.' || char === '[') {
      if (name) steps.push(name);
      else if (!isNamed) return undefined;
      name = '';
      isNamed = false;
      if (char === '.') continue;
      const end = text.indexOf(']', at);
      const position = text.slice(at + 1, end);
      if (end < 0 || !/^\d{1,9}$/.test(position)) return undefined;
      steps.push(Number(position));
      at = end;
      isNamed = true;
    } else if (isNamed) return undefined;
    else name += char;
  }
  if (name) steps.push(name);
  else if (!isNamed) return undefined;
  return steps;
}

/** The value at a path; undefined where there is none. Only what the value itself has, nothing inherited. */
export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found: unknown = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    if (typeof step === 'number' && !Array.isArray(found)) return undefined;
    found = (found as { readonly [key: string]: unknown })[step];
  }
  return found as Json | undefined;
}

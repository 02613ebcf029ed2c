// The `fields` parameter: https://developers.google.com/workspace/drive/api/guides/fields-parameter
// Commas, sub-selections in brackets, `a/b`, and `*`.

/** A selection: names with the selection below each, or with everything. */
export type Selection = ReadonlyMap<string, Selection | 'all'>;

/** null when it cannot be parsed. */
export function parseFields(text: string): Selection | null {
  const reader = { text: text.replaceAll(/\s/g, ''), at: 0 };
  const selection = readList(reader);
  return selection && reader.at === reader.text.length ? selection : null;
}

interface Reader {
  readonly text: string;
  at: number;
}

function readList(reader: Reader): Map<string, Selection | 'all'> | null {
  const selection = new Map<string, Selection | 'all'>();
  do {
    if (!readItem(reader, selection)) return null;
  } while (reader.text[reader.at] === ',' && ++reader.at);
  return selection;
}

function readItem(reader: Reader, into: Map<string, Selection | 'all'>): boolean {
  const name = /^(?:\*|[A-Za-z]\w*)/.exec(reader.text.slice(reader.at))?.[0];
  if (!name) return false;
  reader.at += name.length;
  const mark = reader.text[reader.at];
  let below: Selection | 'all' | null = 'all';
  if (mark === '/') {
    reader.at++;
    const one = new Map<string, Selection | 'all'>();
    below = readItem(reader, one) ? one : null;
  } else if (mark === '(') {
    reader.at++;
    below = readList(reader);
    if (reader.text[reader.at++] !== ')') return false;
  }
  if (!below) return false;
  into.set(name, below);
  return true;
}

/** The selected part of a value; all of it where `*` or nothing below was selected. */
export function select(value: unknown, selection: Selection | 'all'): unknown {
  if (selection === 'all' || selection.has('*') || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one) => select(one, selection));
  const picked = Object.entries(value).filter(([name]) => selection.has(name));
  return Object.fromEntries(picked.map(([name, one]) => [name, select(one, selection.get(name)!)]));
}

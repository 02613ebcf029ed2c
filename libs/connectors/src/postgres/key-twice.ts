/** A key that valid JSON names twice in one object; null when there is none. */
export function keyTwice(text: string): string | null {
  // Of each open object the keys so far; null for a list.
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    if (character === '{' || character === ',') isKey = open.at(-1) != null;
    if (character !== '"') continue;
    const end = endOfString(text, at);
    const keys = open.at(-1);
    if (isKey && keys) {
      const key = JSON.parse(text.slice(at, end + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    isKey = false;
    at = end;
  }
  return null;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

import type { Json, JsonObject, ParsedDocument } from '@tidemark/openapi-diff';

/** Maximum number of names listed in a note. */
const MOST = 3;
/** Keywords that contain plain data, in which `$ref` is an ordinary key. */
const data = new Set(['example', 'examples', 'default', 'enum', 'const']);

/**
 * A warning that external documents referenced by a description are not read, so that changes in them go unnoticed.
 * Undefined when there are none.
 */
export function unreadNote({ document, source }: ParsedDocument): string | undefined {
  const unread = new Set<string>();
  const visit = (node: Json[] | JsonObject): void => {
    for (const key in node) {
      const child = (node as JsonObject)[key];
      if (typeof child === 'object' && child !== null) {
        if (!data.has(key)) visit(child);
      } else if (key === '$ref' && typeof child === 'string' && !child.startsWith('#'))
        unread.add(child.split('#')[0]!);
    }
  };
  visit(document);
  if (unread.size === 0) return undefined;
  const names = [...unread].slice(0, MOST).join(', ') + (unread.size > MOST ? ', …' : '');
  const documents = unread.size === 1 ? 'another document' : `${unread.size} other documents`;
  return `${source}: refers to ${documents}, not read and therefore not compared: ${names}`;
}

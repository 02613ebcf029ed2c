import type { Json, JsonObject, ParsedDocument } from '@tidemark/openapi-diff';

/** Most names that one note lists. */
const MOST = 3;
/** Below these stands data, in which `$ref` is a key like any other. */
const data = new Set(['example', 'examples', 'default', 'enum', 'const']);

/**
 * What a person must know who relies on a comparison: other documents that a description refers to are not read, and
 * what changes in them is not seen. Undefined when there are none.
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
  const documents = unread.size === 1 ? 'another document that is' : `${unread.size} other documents that are`;
  return `${source}: refers to ${documents} not read, so that changes there are not seen: ${names}`;
}

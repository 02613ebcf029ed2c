import type { ApiObject } from './api-object.js';
import { readChildren } from './children.js';
import type { Place } from './cursor.js';
import { readExport } from './export.js';
import type { Walk, Walked } from './walk.js';

/** The pages of an object; of one with a parent, those of every record of the parent. */
export function walkOf(object: ApiObject, objects: ReadonlyMap<string, ApiObject>, walk: Walk): AsyncIterable<Walked> {
  const { parent } = object.config;
  if (!parent) return object.config.export ? readExport(object, walk) : pagesOf(object, walk);
  const above = objects.get(parent.object)!;
  const parents = (from: Place, signal: AbortSignal) =>
    walkOf(above, objects, { from, bounds: {}, size: above.pageSize(), signal });
  return readChildren(object, parents, walk);
}

async function* pagesOf(object: ApiObject, { from, bounds, size, signal }: Walk): AsyncGenerator<Walked> {
  for (let at = from.page, more = true; more;) {
    const page = await object.page({ at, bounds, size, signal });
    more = page.next !== null;
    at = page.next;
    yield { page, next: more ? { page: at } : null };
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { Repair } from '../port.js';
import type { AnyDefinition } from '../query.js';
import type { StoredDocument } from './stored-document.js';
import { toEntry } from './documents.js';
import type { LiveGeneration, Registry } from './registry.js';

const PAGE = 500;

/** Writes those documents of the live generation again that differ from the ones in `from` (see ReadModel.repair). */
export async function repairDocuments(
  registry: Registry,
  definition: AnyDefinition,
  live: LiveGeneration,
  from: string,
): Promise<Repair> {
  const [expected, actual] = [registry.documents(definition, from), registry.documents(definition, live.id)];
  let documents = 0;
  let repaired = 0;
  for (let last = ''; ;) {
    const page = await expected((found) =>
      found
        .find({ _id: { $gt: last } })
        .sort({ _id: 1 })
        .limit(PAGE)
        .toArray(),
    );
    // Later ones than the live position are not missing there yet.
    const due = page.filter(({ position }) => position <= live.position);
    const found = await actual((all) => all.find({ _id: { $in: due.map(({ _id }) => _id) } }).toArray());
    const stored = new Map(found.map((one) => [one._id, one]));
    const wrong = due.filter((one) => differs(one, stored.get(one._id)));
    for (const { _id, ...replacement } of wrong) {
      const filter = { _id, position: { $lte: replacement.position } };
      await (stored.has(_id)
        ? actual((all) => all.replaceOne(filter, replacement))
        : actual((all) => all.insertOne({ _id, ...replacement })));
    }
    documents += page.filter(({ goneAt }) => !goneAt).length;
    repaired += wrong.length;
    if (page.length < PAGE) return { documents, repaired };
    last = page.at(-1)!._id;
  }
}

/** A removed document may be forgotten, and one that another projector has changed meanwhile is later. */
function differs(expected: StoredDocument, stored: StoredDocument | undefined): boolean {
  if (!stored) return !expected.goneAt;
  if (stored.position > expected.position) return false;
  return !isDeepStrictEqual(toEntry(stored), toEntry(expected));
}

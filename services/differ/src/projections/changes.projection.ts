import { views, type ChangeDocument } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { Projection } from '@tidemark/read-model';
import { changeSetStream, type ChangesRecorded, type RecordedChange } from '../change-set/change-set.events.js';

type Recorded = ChangesRecorded['data'];

/** One document per change. */
export const changesProjection: Projection<ChangeDocument, ChangesRecorded> = {
  ...views.changes,
  streams: [changeSetStream],
  keys: ({ data }) => data.changes.map(({ id }) => id),
  evolve(document, { data }, id) {
    const { changes: _, at, ...about } = data;
    const change = byId(data).get(id);
    return change ? { ...about, ...change, detectedAt: instantOf(at) } : document;
  },
};

/** The fold requests the changes of one event one after the other. */
const indexes = new WeakMap<Recorded, ReadonlyMap<string, RecordedChange>>();

function byId(data: Recorded): ReadonlyMap<string, RecordedChange> {
  let index = indexes.get(data);
  if (!index) indexes.set(data, (index = new Map(data.changes.map((change) => [change.id, change]))));
  return index;
}

import { views, type ChangeDocument } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { Projection } from '@tidemark/read-model';
import type { ChangesRecorded, RecordedChange } from '../change-set/change-set.events.js';

type Recorded = ChangesRecorded['data'];

/** One document a change. */
export const changesProjection: Projection<ChangeDocument> = {
  ...views.changes,
  categories: ['changes'],
  keys: ({ data }) => (data as Recorded).changes.map(({ id }) => id),
  evolve(document, { data }, id) {
    const { changes: _, at, ...about } = data as Recorded;
    const change = byId(data as Recorded).get(id);
    return change ? { ...about, ...upcast(change), detectedAt: instantOf(at) } : document;
  },
};

/** The first events told one operation at most. */
const upcast = (change: RecordedChange): RecordedChange => ({
  ...change,
  operations: change.operations ?? (change.operation === null ? [] : [change.operation]),
});

/** The fold asks for one change after the other of the same event. */
const indexes = new WeakMap<Recorded, ReadonlyMap<string, RecordedChange>>();

function byId(data: Recorded): ReadonlyMap<string, RecordedChange> {
  let index = indexes.get(data);
  if (!index) indexes.set(data, (index = new Map(data.changes.map((change) => [change.id, change]))));
  return index;
}

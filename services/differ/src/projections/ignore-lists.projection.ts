import { views, type IgnoreListDocument } from '@tidemark/contracts';
import type { Projection } from '@tidemark/read-model';
import type { IgnoreListEvent } from '../ignore-list/ignore-list.events.js';
import { emptyIgnoreList, evolveIgnoreList } from '../ignore-list/ignore-list.js';

/** One document a connection that ignores something. */
export const ignoreListsProjection: Projection<IgnoreListDocument> = {
  ...views.ignoreLists,
  categories: ['ignores'],
  keys: ({ stream }) => [stream.slice('ignores-'.length)],
  evolve(document, { type, data }, id) {
    const event = { type, data } as IgnoreListEvent;
    const { rules } = evolveIgnoreList(document ?? emptyIgnoreList, event);
    return rules.length > 0 ? { id, tenant: event.data.tenant, rules } : null;
  },
};

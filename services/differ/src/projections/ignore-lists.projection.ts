import { views, type IgnoreListDocument } from '@tidemark/contracts';
import type { Projection } from '@tidemark/read-model';
import { ignoreListStream, type IgnoreListEvent } from '../ignore-list/ignore-list.events.js';
import { emptyIgnoreList, evolveIgnoreList } from '../ignore-list/ignore-list.js';

/** One document per connection with ignore rules. */
export const ignoreListsProjection: Projection<IgnoreListDocument, IgnoreListEvent> = {
  ...views.ignoreLists,
  streams: [ignoreListStream],
  keys: ({ stream }) => [ignoreListStream.idOf(stream)],
  evolve(document, event, id) {
    const { rules } = evolveIgnoreList(document ?? emptyIgnoreList, event);
    return rules.length > 0 ? { id, tenant: event.data.tenant, rules } : null;
  },
};

import type { PageSize } from '@tidemark/resilience';
import type { z } from 'zod';
import type { JsonObject, PartStep, ReadScope } from '@tidemark/connector-sdk';
import { listing, listingState, type ListingState, type Target } from './listing.js';
import type { NotionClient } from './notion-client.js';
import { LOOK_BACK_MS } from './notion.manifest.js';
import { Recent } from './recent.js';
import { isCreatedWithin, timeOf, toRecords } from './records.js';

/** Context of a feed. */
export interface Reading {
  readonly notion: NotionClient;
  readonly pageSize: PageSize;
  readonly signal: AbortSignal;
  readonly scope: ReadScope;
}

/** One kind of object. @typeParam State progress of one list of it */
export interface Feed<State> {
  readonly state: z.ZodType<State>;
  /** Searches everything that a connection can see, if the config names no databases. */
  readonly search: 'page' | 'data_source';
  /** Continues from an earlier step's state, or starts from the beginning; a last step's state yields later changes. */
  read(reading: Reading, target: Target, state: State): AsyncIterable<PartStep<State>>;
}

export const pages: Feed<ListingState> = {
  state: listingState,
  search: 'page',
  async *read({ notion, pageSize, signal, scope }, target, state) {
    for await (const step of listing(notion, target, state, scope, pageSize, signal)) {
      // Wikis contain data sources besides pages.
      const wanted = step.items.filter((item) => item['object'] === 'page' && isCreatedWithin(scope, item));
      const { records, problems } = toRecords('pages', wanted, nameOf(target));
      yield { records, problems: [...step.problems, ...problems], state: step.state, done: step.done };
    }
  },
};

export const databases: Feed<ListingState> = {
  state: listingState,
  search: 'data_source',
  async *read({ notion, pageSize, signal, scope }, target, state) {
    if ('dataSource' in target) {
      const { body, at } = await notion.get(`/v1/data_sources/${target.dataSource}`, signal);
      return yield single(body, at, state, scope);
    }
    for await (const step of listing(notion, target, state, scope, pageSize, signal)) {
      const wanted = step.items.filter((item) => isCreatedWithin(scope, item));
      const { records, problems } = toRecords('databases', wanted, nameOf(target));
      yield { records, problems: [...step.problems, ...problems], state: step.state, done: step.done };
    }
  },
};

/** A data source, requested by its id. */
function single(item: JsonObject, readAt: number, state: ListingState, scope: ReadScope): PartStep<ListingState> {
  const edited = timeOf(item, 'last_edited_time');
  const recent = new Recent(state.recent);
  const after = state.newest ?? (scope.window ? undefined : scope.since);
  const old = after !== undefined && edited < Date.parse(after) - LOOK_BACK_MS;
  const wanted = old || recent.has(item) || !isCreatedWithin(scope, item) ? [] : [item];
  recent.add([item], readAt);
  const newest = Number.isNaN(edited) ? state.newest : new Date(edited).toISOString();
  const names = recent.names(newest);
  const next = { ...(newest !== undefined && { newest }), ...(names.length > 0 && { recent: names }) };
  return { ...toRecords('databases', wanted, 'the config'), state: next, done: true };
}

export const nameOf = (target: Target): string =>
  'search' in target ? 'the search' : `the data source ${target.dataSource}`;

import { afterEach } from '@jest/globals';
import { createCredential, createHttpClient } from '@tidemark/resilience';
import { GithubApi, type GithubRepository } from '@tidemark/test-kit/apis';
import type { Page, SourceRecord } from '@tidemark/connector-sdk';
import { Reader, type ReaderRequest, type Reading } from '@tidemark/connector-sdk/testing';
import { connector } from '../github.connector.js';

export const HOUR = 3_600_000;
export const START = Date.parse('2024-03-01T00:00:00Z');

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A GitHub with the named repositories, and readers of it as a runner has them: each read opens everything anew. */
export async function smallGithub(...names: string[]) {
  const api = await new GithubApi().listen();
  const http = createHttpClient({ side: 'source', allow: ['127.0.0.1'] });
  ends.push(
    () => api.close(),
    () => http.close(),
  );
  const repositories = names.map((name) => api.addRepository(name)) as [GithubRepository, ...GithubRepository[]];
  const credential = createCredential('c1', api.authorised(), { http });
  const reader = (object: string, changes: object = {}) => {
    const connection = { config: { apiUrl: api.origin, repositories: names, ...changes }, credential };
    return new Reader({ connector, object }, { connection });
  };
  return { api, repositories, reader };
}

/** Reads page by page, each in a process of its own, while the world changes in between. */
export async function readWhile(reader: Reader, request: ReaderRequest, change: () => void) {
  const records: SourceRecord[] = [];
  for (let cursor = request.cursor ?? null; ;) {
    const piece = await reader.read({ ...request, cursor }, { pages: 1 });
    records.push(...piece.records);
    change();
    if (!piece.pages[0]!.hasMore) return { records, cursor: piece.cursor };
    cursor = piece.cursor;
  }
}

/** Whole numbers from 0. */
export const range = (count: number): number[] => Array.from({ length: count }, (_none, at) => at);
export const numbers = (records: readonly SourceRecord[]) => records.map(({ data }) => data['number']);
export const problemsOf = ({ pages }: Reading) => pages.flatMap(({ problems }: Page) => problems);

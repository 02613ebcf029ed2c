import { expect } from '@jest/globals';
import { views } from '@tidemark/contracts';
import type { ReadModel, ViewDefinition } from '@tidemark/read-model';
import { eventually } from '@tidemark/test-kit';
import { Client } from '../../installations/client.js';
import { parseEvents } from '../../installations/event-source.js';
import { about, recordedAnswers, recordedDocuments } from './recorded.js';

export interface Leniency {
  /** The events were stored again: their times and positions in the log differ. */
  readonly storedAnew?: boolean;
}

/** Derived from the time at which the event was stored, not from the event. */
const STORE_TIMES = ['takenAt', 'detectedAt'];

/** Every recorded list and item is returned with everything that it had then. */
export async function expectAnswers(url: string, leniency: Leniency = {}): Promise<void> {
  const client = new Client(url, about.keys.admin);
  const answers = recordedAnswers();
  for (const { key, path, body } of answers) {
    const answer = await client.get(path, { key: about.keys[key] });
    expect([path, answer.status]).toEqual([path, 200]);
    expect({ path, body: lasting(path, answer.body, leniency) }).toMatchObject({
      path,
      body: lasting(path, body, leniency) as object,
    });
  }
  expect(answers.length).toBeGreaterThan(400);
}

/** The part of an answer that must not change. Sentences that are composed on reading may be reworded. */
function lasting(path: string, body: unknown, { storedAnew = false }: Leniency): unknown {
  const isHistory = /\/(timeline|events)$/.test(path);
  const isComposed = isHistory || /\/comparison$/.test(path);
  const parsed =
    typeof body === 'string' && path.endsWith('/events')
      ? parseEvents(body).map(({ data, ...event }) => ({ ...event, data: JSON.parse(data!) as unknown }))
      : body;
  const dropped = new Set(['asOf', ...(isComposed ? ['message'] : []), ...(storedAnew ? STORE_TIMES : [])]);
  if (isHistory && storedAnew) dropped.add('at');
  // Where a provider's description comes from is its operators' business now.
  if (path.startsWith('/v1/providers')) dropped.add('config');
  return without(parsed, dropped);
}

function without(value: unknown, dropped: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, dropped));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !dropped.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, without(item, dropped)]));
}

type Documents = ReadonlyMap<string, { readonly id: string }>;

/** Every document of every view, by view and id. */
export async function documentsOf(readModel: ReadModel): Promise<Documents> {
  const found = new Map<string, { readonly id: string }>();
  for (const definition of Object.values(views) as unknown as ViewDefinition[])
    for await (const document of readModel.view(definition).scan())
      found.set(`${definition.name} ${document.id}`, document);
  return found;
}

/** The views hold the recorded documents, with everything that callers see of them. */
export async function expectDocuments(readModel: ReadModel, { storedAnew = false }: Leniency = {}): Promise<void> {
  // Folds are the coordinator's own; a key's view is the gateway's own.
  const dropped = new Set(['fold', ...(storedAnew ? STORE_TIMES : [])]);
  const recorded = recordedDocuments()
    .filter(({ view }) => view !== 'api-keys')
    .map(({ view, document }) => [`${view} ${document.id}`, without(document, dropped)] as const);
  const found = await eventually(async () => {
    const documents = await documentsOf(readModel);
    return documents.size === recorded.length && documents;
  }, `${recorded.length} documents in the views`);
  for (const [name, document] of recorded)
    expect({ name, ...found.get(name) }).toMatchObject({ name, ...(document as object) });
}

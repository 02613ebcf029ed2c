import type { JsonObject } from '@tidemark/connector-sdk';
import { LOOK_BACK_MS } from './notion.manifest.js';
import { timeOf } from './records.js';

/** So long after its minute nothing can have that time any more that was not read. */
const SETTLED_MS = 120_000;
/** Cursors stay small: what is older than these may come again. */
const MAX_RECENT = 40;

/** Names an object in the state of one minute: 43 characters. */
function nameOf(item: JsonObject): string | undefined {
  const [id, at] = [item['id'], timeOf(item, 'last_edited_time')];
  return typeof id !== 'string' || Number.isNaN(at) ? undefined : `${id.replaceAll('-', '')}@${minuteOf(at)}`;
}

const minuteOf = (ms: number): string => Math.floor(ms / 60_000).toString(36);
const timeIn = (name: string): number => parseInt(name.slice(name.indexOf('@') + 1), 36) * 60_000;

/**
 * What was read of the look-back, so that it does not come again unchanged. A time of whole minutes says nothing while
 * its minute lasts; so only what was read well after it is remembered.
 */
export class Recent {
  #names: Set<string>;

  constructor(names: readonly string[] = []) {
    this.#names = new Set(names);
  }

  has(item: JsonObject): boolean {
    const name = nameOf(item);
    return name !== undefined && this.#names.has(name);
  }

  /** @param readAt Notion's time when the object was listed, milliseconds since 1970 */
  add(items: readonly JsonObject[], readAt: number): void {
    for (const item of items) {
      const name = nameOf(item);
      if (name !== undefined && readAt >= timeIn(name) + SETTLED_MS) this.#names.add(name);
    }
  }

  /** Forgets all but the look-back that the next read will have: the latest of it, latest first. */
  names(newest: string | undefined): string[] {
    const from = Date.parse(newest ?? '') - LOOK_BACK_MS;
    const late = [...this.#names].filter((name) => timeIn(name) >= from);
    const kept = late.sort((a, b) => timeIn(b) - timeIn(a)).slice(0, MAX_RECENT);
    this.#names = new Set(kept);
    return kept;
  }
}

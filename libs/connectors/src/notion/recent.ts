import type { JsonObject } from '@tidemark/connector-sdk';
import { LOOK_BACK_MS } from './notion.manifest.js';
import { timeOf } from './records.js';

/** This long after a minute, no unread object can have that time any more. */
const SETTLED_MS = 120_000;
/** Keeps cursors small: objects older than these may be repeated. */
const MAX_RECENT = 40;

/** Identifies an object's state in one minute: 43 characters. */
function nameOf(item: JsonObject): string | undefined {
  const [id, at] = [item['id'], timeOf(item, 'last_edited_time')];
  return typeof id !== 'string' || Number.isNaN(at) ? undefined : `${id.replaceAll('-', '')}@${minuteOf(at)}`;
}

const minuteOf = (ms: number): string => Math.floor(ms / 60_000).toString(36);
const timeIn = (name: string): number => parseInt(name.slice(name.indexOf('@') + 1), 36) * 60_000;

/**
 * Objects already read within the look-back, so that they are not repeated unchanged. A time in whole minutes is ambiguous
 * during its minute, so only objects read well after it are remembered.
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

  /** Forgets all but the next read's look-back, latest first. */
  names(newest: string | undefined): string[] {
    const from = Date.parse(newest ?? '') - LOOK_BACK_MS;
    const late = [...this.#names].filter((name) => timeIn(name) >= from);
    const kept = late.sort((a, b) => timeIn(b) - timeIn(a)).slice(0, MAX_RECENT);
    this.#names = new Set(kept);
    return kept;
  }
}

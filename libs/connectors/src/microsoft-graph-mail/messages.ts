import type { JsonObject, ReadScope, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import { within } from './cursor.js';
import { type Folders, isGone } from './folders.js';
import type { GraphApi, GraphItem } from './graph-api.js';

/** The records and problems of a page of a delta. */
export interface Found {
  readonly records: SourceRecord[];
  readonly problems: RecordProblem[];
}

export const OBJECT = 'messages';
/** Concurrent requests that a mailbox accepts. */
const AT_ONCE = 4;
const ATTACHMENT = 'id,name,contentType,size,isInline,lastModifiedDateTime';

/**
 * Turns the items of a delta into records. Two kinds are incomplete: a message only marked as read has little more than
 * its id, and a message that left its folder looks deleted, wherever it is now, even back in that folder. Such messages
 * are fetched.
 */
export class Messages {
  constructor(
    private readonly api: GraphApi,
    private readonly folders: Folders,
    private readonly attachments: boolean,
  ) {}

  async recordsOf(items: readonly GraphItem[], scope: ReadScope, signal: AbortSignal): Promise<Found> {
    const found: Found = { records: [], problems: [] };
    for (let at = 0; at < items.length; at += AT_ONCE) {
      const some = items.slice(at, at + AT_ONCE).map((item) => this.#recordOf(item, scope, signal));
      for (const result of await Promise.all(some)) {
        if (result && 'code' in result) found.problems.push(result);
        else if (result) found.records.push(result);
      }
    }
    return found;
  }

  /** null: outside the read's time range. */
  async #recordOf(
    item: GraphItem,
    scope: ReadScope,
    signal: AbortSignal,
  ): Promise<SourceRecord | RecordProblem | null> {
    const { id } = item;
    if (!id)
      return { objectType: OBJECT, code: 'OBJECT_MISSING_ID', message: 'a message has no id', field: 'id', data: item };
    const message = isWhole(item) ? item : await this.#message(id, signal);
    if (!message) return { externalId: id, objectType: OBJECT, data: {}, deleted: true };
    const received = message['receivedDateTime'];
    if (typeof received === 'string' && !within(scope, received)) return null;
    const attachments = await this.#attachments(id, message, signal);
    return recordOf(id, { ...withoutAnnotations(message), ...(attachments && { attachments }) });
  }

  /** A message's current state; null when it is gone, or in a folder that is not read. */
  async #message(id: string, signal: AbortSignal): Promise<GraphItem | null> {
    try {
      const message = await this.api.get<GraphItem>(`messages/${encodeURIComponent(id)}`, {}, signal);
      return (await this.folders.has(String(message['parentFolderId']), signal)) ? message : null;
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  async #attachments(id: string, message: GraphItem, signal: AbortSignal): Promise<JsonObject[] | null> {
    if (!this.attachments || message['hasAttachments'] !== true) return null;
    const found: JsonObject[] = [];
    try {
      const path = `messages/${encodeURIComponent(id)}/attachments`;
      for await (const attachment of this.api.all(path, { $select: ATTACHMENT }, signal))
        found.push(withoutAnnotations(attachment));
    } catch (error) {
      // Just deleted: the next round reports it.
      if (!isGone(error)) throw error;
    }
    return found;
  }
}

const isWhole = (item: GraphItem) => !('@removed' in item) && 'body' in item && 'receivedDateTime' in item;

function recordOf(externalId: string, data: JsonObject): SourceRecord {
  const changed = new Date(String(data['lastModifiedDateTime']));
  const updatedAt = Number.isNaN(changed.getTime()) ? {} : { updatedAt: changed.toISOString() };
  return { externalId, objectType: OBJECT, data, ...updatedAt };
}

/** OData annotations describe the response, not the message. */
const withoutAnnotations = (item: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !name.includes('@odata.')));

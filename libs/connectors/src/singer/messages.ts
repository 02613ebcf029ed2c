import type { Json, JsonObject } from '@tidemark/connector-sdk';
import { isJsonObject } from '@tidemark/foundation';
import { parseJson } from '@tidemark/resilience';

/** A line of a tap's output. */
export type Message =
  | { readonly type: 'RECORD'; readonly stream: string; readonly record: JsonObject }
  | {
      readonly type: 'SCHEMA';
      readonly stream: string;
      readonly key: readonly string[];
      /** Fields by which a stream is read incrementally. */
      readonly bookmarks: readonly string[];
    }
  | { readonly type: 'STATE'; readonly value: Json }
  /** Says that older versions of a stream's rows are gone; and types to come. */
  | { readonly type: 'OTHER' };

/** @returns what is wrong with a line that is none */
export function messageIn(line: string): Message | string {
  let message: unknown;
  try {
    message = parseJson(line);
  } catch {
    return 'it is not JSON';
  }
  if (!isJsonObject(message)) return 'it is not an object';
  const { type, stream, record, value } = message as Record<string, Json>;
  switch (type) {
    case 'RECORD':
      if (typeof stream !== 'string' || !isJsonObject(record)) return 'a RECORD without stream or record';
      return { type, stream, record };
    case 'SCHEMA':
      if (typeof stream !== 'string') return 'a SCHEMA without a stream';
      return {
        ...{ type, stream },
        key: namesIn((message as JsonObject)['key_properties']),
        bookmarks: namesIn((message as JsonObject)['bookmark_properties']),
      };
    case 'STATE':
      return value === undefined ? 'a STATE without a value' : { type, value };
    case 'BATCH':
      return 'a BATCH, which is not supported: turn batches off in the settings of the tap';
    default:
      return typeof type === 'string' ? { type: 'OTHER' } : 'it has no type';
  }
}

export const namesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];

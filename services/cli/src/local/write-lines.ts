import type { JsonObject, WriteMode, WriteRow } from '@tidemark/connector-sdk';
import { isJsonObject } from '@tidemark/foundation';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

/** What the lines of an input are: plain rows, what `connectors read` prints, or what `rows diff --json` prints. */
export const lineKinds = ['rows', 'records', 'differences'] as const;
export type LineKind = (typeof lineKinds)[number];

export interface WriteTarget {
  readonly kind: LineKind;
  readonly mode: WriteMode;
  readonly key: readonly string[];
}

/**
 * What is to be done with one line; null: nothing, such as a deletion where nothing is deleted, or the counts behind
 * differences. @throws CliError when the line is of another kind
 */
export function toWriteRow(line: JsonObject, number: number, { kind, mode, key }: WriteTarget): WriteRow | null {
  switch (kind) {
    case 'rows':
      return { data: line };
    case 'records': {
      const { data, deleted } = line;
      if (!isJsonObject(data)) throw unlike(number, kind, '`data`');
      if (deleted !== true) return { data };
      return mode === 'mirror' ? { action: 'delete', data } : null;
    }
    case 'differences': {
      if (line['type'] === 'counts') return null;
      if (line['type'] === 'removed') {
        const values = line['key'];
        if (!Array.isArray(values) || values.length !== key.length)
          throw unlike(number, kind, `a \`key\` of ${key.length} values, as --key says`);
        const data = Object.fromEntries(key.map((field, at) => [field, values[at]!]));
        return mode === 'mirror' ? { action: 'delete', data } : null;
      }
      if (!isJsonObject(line['row'])) throw unlike(number, kind, '`type` and `row`');
      return { data: line['row'] };
    }
  }
}

const unlike = (number: number, kind: LineKind, what: string) =>
  new CliError(exitCodes.usage, 'BAD_INPUT', `line ${number} is none of ${kind}: it has no ${what}`);

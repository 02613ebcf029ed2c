import type { JsonObject, WriteMode, WriteRow } from '@tidemark/connector-sdk';
import { isJsonObject } from '@tidemark/foundation';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

/** Content of the input lines: plain rows, output of `connectors read`, or output of `rows diff --json`. */
export const lineKinds = ['rows', 'records', 'differences'] as const;
export type LineKind = (typeof lineKinds)[number];

export interface WriteTarget {
  readonly kind: LineKind;
  readonly mode: WriteMode;
  readonly key: readonly string[];
}

/**
 * The row to write for one line; null to skip it, such as a deletion in a mode without deletions, or the final counts
 * of differences. @throws CliError when the line is of another kind
 */
export function toWriteRow(line: JsonObject, number: number, { kind, mode, key }: WriteTarget): WriteRow | null {
  switch (kind) {
    case 'rows':
      return { data: line };
    case 'records': {
      const { data, deleted } = line;
      if (!isJsonObject(data)) throw wrongKind(number, kind, '`data`');
      if (deleted !== true) return { data };
      return mode === 'mirror' ? { action: 'delete', data } : null;
    }
    case 'differences': {
      if (line['type'] === 'counts') return null;
      if (line['type'] === 'removed') {
        const values = line['key'];
        if (!Array.isArray(values) || values.length !== key.length)
          throw wrongKind(number, kind, `a \`key\` of ${key.length} values, as --key says`);
        const data = Object.fromEntries(key.map((field, at) => [field, values[at]!]));
        return mode === 'mirror' ? { action: 'delete', data } : null;
      }
      if (!isJsonObject(line['row'])) throw wrongKind(number, kind, '`type` and `row`');
      return { data: line['row'] };
    }
  }
}

const wrongKind = (number: number, kind: LineKind, what: string) =>
  new CliError(exitCodes.usage, 'BAD_INPUT', `line ${number} is not one of ${kind}: it has no ${what}`);

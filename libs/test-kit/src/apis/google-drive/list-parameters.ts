import type { ApiAnswer } from '../oauth-api.js';
import { fileProperties } from './drive-file.js';
import { driveError } from './drive-errors.js';
import { parseFields, type Selection, select } from './partial-response.js';

export const everything: Selection = new Map([['*', 'all']]);
export const nothing: Selection = new Map();
/** Of a file. */
export const byDefault: Selection = new Map((['kind', 'id', 'name', 'mimeType'] as const).map((name) => [name, 'all']));

/** Default 100, at most 1000. */
export function pageSize(query: URLSearchParams): number | null {
  const size = Number(query.get('pageSize') ?? 100);
  return Number.isInteger(size) && size >= 1 && size <= 1000 ? size : null;
}

/** The part of a body that the `fields` parameter selects, or the method's default. */
export function selected(query: URLSearchParams, body: unknown, otherwise: Selection): ApiAnswer {
  const fields = query.get('fields');
  if (!fields) return { status: 200, body: select(body, otherwise) };
  const selection = parseFields(fields);
  if (!selection) return driveError.invalidField(fields);
  const inFiles = selection.get('files');
  const unknown =
    inFiles instanceof Map ? [...inFiles.keys()].find((name) => name !== '*' && !fileProperties.has(name)) : undefined;
  if (unknown) return driveError.invalidField(unknown);
  return { status: 200, body: select(body, selection) };
}

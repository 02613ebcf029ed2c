import type { z } from 'zod';
import { mentions } from '../rest/placeholders.config.js';
import type { Pagination } from './pagination.config.js';

/** What the fields of an object must agree on. */
interface Checked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly parameters?: string | undefined;
  readonly parent?: unknown;
  readonly export?: unknown;
  readonly updatedAt?: string | undefined;
  readonly format: string;
  readonly delimiter?: string | undefined;
  readonly pagination: Pagination;
  readonly pageSize?: { readonly param?: unknown } | undefined;
  readonly incremental?: { readonly since?: unknown; readonly sorted: boolean } | undefined;
}

type Context = Pick<z.core.$RefinementCtx, 'addIssue'>;

export function checkObject(object: Checked, context: Context): void {
  const { method, body, parameters, path, parent, pagination, incremental, pageSize } = object;
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: field.split('.'), message });
  const needs = (field: string, given: unknown, placeholder: string) => {
    const request = { path, query: object.query, body, headers: object.headers, export: object.export };
    if (given === undefined && !mentions(request, placeholder)) refuse(field, 'is required');
  };
  if (method === 'GET' && body) refuse('body', 'requires the method POST');
  if (method === 'GET' && parameters === 'body') refuse('parameters', 'can be body only with the method POST');
  const fields = path.replace(/\{\{\s*[a-z]+\s*\}\}/g, '');
  if (/[{}]/.test(fields.replace(/\{[^{}]+\}/g, ''))) refuse('path', 'has an unmatched brace');
  const own = [pageSize?.param, pagination.kind !== 'none' && 'param' in pagination && pagination.param, incremental?.since]; // prettier-ignore
  const placed = own.flatMap((place) => (isPath(place) ? [`{${place.name}}`] : []));
  const rest = placed.reduce((left, name) => left.replace(name, ''), fields);
  if (!parent && rest.includes('{')) refuse('path', 'refers to fields of a parent, but the object has no parent');
  if (pagination.kind === 'cursor') needs('pagination.param', pagination.param, 'cursor');
  if (pagination.kind === 'page') needs('pagination.param', pagination.param, 'page');
  if (pagination.kind === 'offset') needs('pagination.param', pagination.param, 'offset');
  if ('lastPage' in pagination && pagination.lastPage === 'short' && !pageSize)
    refuse('pagination.lastPage', 'can be short only with a pageSize');
  if (pageSize) needs('pageSize.param', pageSize.param, 'size');
  if (incremental) needs('incremental.since', incremental.since, 'since');
  if (incremental?.sorted && object.updatedAt === undefined) refuse('incremental.sorted', 'requires updatedAt');
  if (object.delimiter !== undefined && object.format !== 'csv') refuse('delimiter', 'requires the format csv');
  if (object.export && parent) refuse('export', 'cannot be read for each record of a parent');
}

const isPath = (place: unknown): place is { readonly name: string } =>
  typeof place === 'object' && place !== null && (place as { in?: string }).in === 'path';

/** Whether an object is among the parents of its parents. */
export function isCircular(
  name: string,
  objects: ReadonlyMap<string, { readonly parent?: { readonly object: string } | undefined }>,
): boolean {
  let at = objects.get(name)?.parent?.object;
  for (let levels = 0; at !== undefined && levels <= objects.size; levels++) {
    if (at === name) return true;
    at = objects.get(at)?.parent?.object;
  }
  return at !== undefined;
}

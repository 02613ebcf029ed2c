import {
  isWithin,
  type JsonObject,
  type ReadScope,
  type RecordProblem,
  type SourceRecord,
} from '@tidemark/connector-sdk';

/** Milliseconds since 1970, a whole minute; NaN when there is no such time. */
export const timeOf = (item: JsonObject, field: 'created_time' | 'last_edited_time'): number =>
  Date.parse(String(item[field]));

/** Whether it was created in the window of a read, if it has one. */
export const isCreatedWithin = (scope: ReadScope, item: JsonObject): boolean =>
  isWithin(scope, timeOf(item, 'created_time'));

/** Pages, data sources and blocks as records, and problems of unusable ones. */
export function toRecords(objectType: string, items: readonly JsonObject[], where: string, more: JsonObject = {}) {
  const records: SourceRecord[] = [];
  const problems: RecordProblem[] = [];
  for (const item of items) {
    const { id } = item;
    if (typeof id !== 'string') {
      const message = `an object of type ${String(item['object'])} in ${where} has no id`;
      problems.push({ objectType, code: 'OBJECT_MISSING_ID', message, field: 'id', data: item });
      continue;
    }
    const at = timeOf(item, 'last_edited_time');
    const updatedAt = Number.isNaN(at) ? {} : { updatedAt: new Date(at).toISOString() };
    const deleted = item['in_trash'] === true ? { deleted: true } : {};
    records.push({ externalId: id, objectType, data: { ...item, ...more }, ...updatedAt, ...deleted });
  }
  return { records, problems };
}

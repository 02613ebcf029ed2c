import type { JsonObject, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';

/** Milliseconds since 1970; NaN when there is no such time. */
export const timeOf = (item: JsonObject, field: 'created_at' | 'updated_at'): number => Date.parse(String(item[field]));

/** Identifies an item within a repository, even without an id. */
export const keyOf = (item: JsonObject): string => String(item['id'] ?? `#${String(item['number'])}`);

/** Issues and pull requests as records, and problems of unusable ones. */
export function toRecords(objectType: string, repository: string, items: readonly JsonObject[]) {
  const records: SourceRecord[] = [];
  const problems: RecordProblem[] = [];
  for (const item of items) {
    const { id } = item;
    if (typeof id !== 'number' && typeof id !== 'string') {
      const message = `number ${String(item['number'] ?? '?')} of ${repository} has no id`;
      problems.push({ objectType, code: 'OBJECT_MISSING_ID', message, field: 'id', data: item });
      continue;
    }
    const updatedAt = timeOf(item, 'updated_at');
    const data = { ...item, repository };
    const time = Number.isNaN(updatedAt) ? {} : { updatedAt: new Date(updatedAt).toISOString() };
    records.push({ externalId: String(id), objectType, data, ...time });
  }
  return { records, problems };
}

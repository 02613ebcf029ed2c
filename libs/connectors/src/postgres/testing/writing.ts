import type { ExternalError } from '@tidemark/resilience';
import type { JsonObject, RowResult, WriteBatch, WriteMode } from '@tidemark/connector-sdk';

let batches = 0;

/** A batch with a new id, of rows to write, by the key `id`. */
export const batchOf = (
  mode: WriteMode,
  object: string,
  data: readonly JsonObject[],
  more: Partial<WriteBatch> = {},
): WriteBatch => ({
  ...{ id: `batch ${++batches}`, mode, object, key: ['id'] },
  rows: data.map((row) => ({ data: row })),
  ...more,
});

export const statuses = (results: readonly RowResult[]): string[] => results.map(({ status }) => status);

/** The error of work that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<ExternalError> {
  const error = await work.then(
    () => new Error('it was written'),
    (thrown: unknown) => thrown,
  );
  return error as ExternalError;
}

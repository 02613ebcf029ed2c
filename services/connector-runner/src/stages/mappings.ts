import type { SourceRecord } from '@tidemark/connector-sdk';
import type { DestinationSettings, RowError } from '@tidemark/contracts';
import { compileMapping, mappingProblems, type MappedRow, type Mapping } from '@tidemark/mapping';
import { StageFailed } from '@tidemark/pipelines';

/** The key that a connection hashes masked values with. @throws StageFailed when this installation has no key for secrets */
export type MaskingKeyOf = (connection: {
  readonly tenant: string;
  readonly connectionId: string;
}) => Promise<Uint8Array>;

/** A record as a destination gets it: mapped, with the reason if it cannot be. */
export type MappedRecord = SourceRecord & Pick<MappedRow, 'problem' | 'hidesId'>;

/** The destination's mapping; undefined: records become rows as they are. @throws StageFailed MAPPING_INVALID */
export async function mappingOf(
  { name, mapping = [], key: names }: DestinationSettings,
  key: () => Promise<Uint8Array>,
): Promise<Mapping | undefined> {
  if (mapping.length === 0) return undefined;
  const [wrong] = mappingProblems(mapping, names);
  if (wrong)
    throw new StageFailed('MAPPING_INVALID', `mapping${wrong.field} of destination ${name} ${wrong.message}`, {
      retryable: false,
    });
  const isHashed = mapping.some(({ mask }) => mask === 'hash');
  return compileMapping(mapping, isHashed ? { key: await key() } : {});
}

/** A deletion needs no more than what its key is made of. */
export async function mappedRecords(
  mapping: Mapping,
  records: readonly SourceRecord[],
): Promise<readonly MappedRecord[]> {
  const rows = await mapping.map(records);
  return records.map((record, at) => {
    const { row: data, problem, hidesId } = rows[at]!;
    return { ...record, data, ...(problem && !record.deleted && { problem }), ...(hidesId && { hidesId }) };
  });
}

/** The error of a record that was refused, without what its mapping masks. */
export const errorOf = (
  { externalId, data, hidesId }: MappedRecord,
  { field, code, message }: Pick<RowError, 'field' | 'code' | 'message'>,
): Omit<RowError, 'objectType' | 'destination'> => ({
  ...(!hidesId && { externalId }),
  ...(field && { field }),
  ...{ code, message, data },
});

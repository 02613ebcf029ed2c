import { mappedRecords, type MappedRecord } from '../mappings.js';
import type { KeptSegment } from './segments.js';
import type { Sink } from './sink.js';

/**
 * Maps the records for every sink before they are stored: what a mask hides leaves the runner only to a destination that
 * takes records as they are.
 */
export async function mapSegment(segment: KeptSegment, sinks: readonly Sink[]): Promise<KeptSegment> {
  const mappings = sinks.flatMap(({ name, mapping }) => (mapping ? [{ name, mapping }] : []));
  if (mappings.length === 0) return segment;
  const mapped: { [sink: string]: readonly MappedRecord[] } = {};
  for (const { name, mapping } of mappings) mapped[name] = await mappedRecords(mapping, segment.records);
  const isMasked = mappings.some(({ mapping }) => mapping.isMasked);
  const problems = isMasked ? segment.problems.map(({ data: _, ...problem }) => problem) : segment.problems;
  const records =
    mappings.length < sinks.length ? segment.records : segment.records.map((one) => ({ ...one, data: {} }));
  return { ...segment, records, problems, mapped };
}

/** The records as the sink gets them. */
export async function recordsFor(
  { name, mapping }: Sink,
  { mapped, records }: Pick<KeptSegment, 'mapped' | 'records'>,
): Promise<readonly MappedRecord[]> {
  if (!mapping) return records;
  return mapped?.[name] ?? mappedRecords(mapping, records);
}

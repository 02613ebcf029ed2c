import type { JsonObject } from '@tidemark/connector-sdk';
import { EXTERNAL_ID, type RowError } from '@tidemark/contracts';
import { type QueryOutput, type RecordsPipeline, type Stage } from '@tidemark/pipelines';
import { errorOf, mappedRecords, mappingOf, type MappedRecord, type MaskingKeyOf } from '../mappings.js';
import { ErrorList, MAX_HELD_ERRORS } from '../integration/row-errors.js';
import { destinationOf } from './comparison.js';
import { putLines } from '../lines.js';
import { standOf } from './restored.js';

/** Between two reports of progress. */
const ROWS = 1000;

/** Reads all rows of the source into a blob, so that no later stage asks the source again. */
export const queryStage =
  (maskingKey: MaskingKeyOf): Stage<RecordsPipeline, 'query'> =>
  async (context) => {
    const { blobs, open, resumeFrom, signal, source: settings } = context;
    if (resumeFrom) return { output: resumeFrom.cursor as unknown as QueryOutput, ...counted(resumeFrom.counts) };
    const stand = await standOf(context);
    const source = await open.source();
    const object = settings.objects![0]!;
    const destination = destinationOf(context);
    const hasKey = destination.key !== undefined;
    const mapping = await mappingOf(destination, () => maskingKey(context.job));
    const columns = new Set<string>();
    const errors = new ErrorList();
    const counts = { processed: 0, failed: 0 };
    const refuse = (problem: RowError) => {
      counts.processed += 1;
      counts.failed += 1;
      if (counts.failed <= MAX_HELD_ERRORS) errors.add(problem);
    };
    async function* rows(): AsyncGenerator<JsonObject> {
      for await (const { records, problems } of source.read({ object, signal })) {
        problems.forEach(({ data, ...problem }) =>
          refuse(mapping?.isMasked || data === undefined ? problem : { ...problem, data }),
        );
        for (const record of mapping ? await mappedRecords(mapping, records) : records) {
          const { data, deleted, externalId, problem }: MappedRecord = record;
          if (deleted) continue;
          if (problem) {
            refuse({ objectType: object, destination: destination.name, ...errorOf(record, problem) });
            continue;
          }
          const row: JsonObject = hasKey ? data : { [EXTERNAL_ID]: externalId, ...data };
          for (const name in row) columns.add(name);
          counts.processed += 1;
          if (counts.processed % ROWS === 0) context.progress({ counts });
          yield row;
        }
      }
    }
    const id = await putLines(blobs, rows());
    const names = (await blobs.put(JSON.stringify([...columns]))).id;
    const output: QueryOutput = { rows: id, columns: names, problems: counts.failed, ...stand };
    const stored = await errors.store(blobs);
    // Kept with its errors at once: they are listed once, however often the stage runs.
    await context.checkpoint({ cursor: { ...output }, counts, ...(stored && { errors: stored }) });
    return { output, counts };
  };

const counted = <T>(counts: T | undefined): { readonly counts?: T } => (counts === undefined ? {} : { counts });

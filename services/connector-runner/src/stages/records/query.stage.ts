import type { JsonObject, RecordProblem } from '@tidemark/connector-sdk';
import { type QueryOutput, type RecordsPipeline, type Stage } from '@tidemark/pipelines';
import { ErrorList, MAX_HELD_ERRORS } from '../integration/row-errors.js';
import { EXTERNAL_ID, destinationOf } from './comparison.js';
import { putLines } from '../lines.js';
import { standOf } from './restored.js';

/** Between two reports of progress. */
const ROWS = 1000;

/** Reads all rows of the source into a blob, so that no later stage asks the source again. */
export const queryStage: Stage<RecordsPipeline, 'query'> = async (context) => {
  const { blobs, open, resumeFrom, signal, source: settings } = context;
  if (resumeFrom) return { output: resumeFrom.cursor as unknown as QueryOutput, ...counted(resumeFrom.counts) };
  const stand = await standOf(context);
  const source = await open.source();
  const object = settings.objects![0]!;
  const hasKey = destinationOf(context).key !== undefined;
  const columns = new Set<string>();
  const errors = new ErrorList();
  const counts = { processed: 0, failed: 0 };
  const refuse = (problem: RecordProblem) => {
    counts.processed += 1;
    counts.failed += 1;
    if (counts.failed <= MAX_HELD_ERRORS) errors.add(problem);
  };
  async function* rows(): AsyncGenerator<JsonObject> {
    for await (const { records, problems } of source.read({ object, signal })) {
      problems.forEach(refuse);
      for (const { data, deleted, externalId } of records) {
        if (deleted) continue;
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

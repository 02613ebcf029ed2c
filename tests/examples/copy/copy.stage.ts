import type { Page } from '@tidemark/connector-sdk';
import type { Checkpoint, SinkResult } from '@tidemark/contracts';
import type { Stage, StageContext } from '@tidemark/pipelines';
import type { CopyPipeline } from './pipeline.js';

type Context = StageContext<CopyPipeline>;

/** Reads page after page, writes each into both destinations, and saves a checkpoint after it. */
export const copyStage: Stage<CopyPipeline, 'copy'> = async (context) => {
  const { object } = context.output('prepare');
  const source = await context.open.source();
  let saved = context.resumeFrom ?? start;
  const { signal } = context;
  for await (const page of source.read({ object, cursor: readCursor(saved), signal })) {
    const pages = saved.cursor.pages as number;
    saved = await copyPage(context, page, pages, saved);
    await context.checkpoint(saved);
    context.progress({ percent: page.hasMore ? 50 : 100, counts: saved.counts });
  }
  return { output: { pages: saved.metrics?.['pages'] ?? 0 }, counts: saved.counts, cursor: saved.cursor };
};

const start: Checkpoint = { cursor: { pages: 0 }, counts: { processed: 0, created: 0, failed: 0 }, sinks: {} };

const readCursor = ({ cursor }: Checkpoint) => (cursor['read'] ?? null) as Page['cursor'] | null;

/** The checkpoint after a page. The batch has the same id whenever it is written: a destination accepts it once. */
async function copyPage(context: Context, page: Page, pages: number, before: Checkpoint): Promise<Checkpoint> {
  const { records, problems } = page;
  const id = `${context.job.id}:${pages}`;
  const rows = records.map(({ data }) => ({ data }));
  const batch = { id, mode: 'append', object: 'numbers', key: ['id'], rows } as const;
  const ledger = await context.open.destination('ledger');
  await ledger.write(batch, context.signal);
  const { processed = 0, created = 0, failed = 0 } = before.counts ?? {};
  const blob = problems.length > 0 && (await context.blobs.put(JSON.stringify(problems))).id;
  return {
    cursor: { pages: pages + 1, read: page.cursor },
    counts: {
      processed: processed + records.length + problems.length,
      created: created + records.length,
      failed: failed + problems.length,
    },
    ...(blob && { errors: { count: problems.length, blob } }),
    sinks: {
      ledger: { written: created + records.length, failed: 0 },
      mirror: await writeOptional(context, batch, before.sinks?.['mirror']),
    },
    metrics: { pages: pages + 1 },
  };
}

type Batch = Parameters<Awaited<ReturnType<Context['open']['destination']>>['write']>[0];

/** The result of the optional destination, whose failure does not stop the stage. */
async function writeOptional(
  { open, signal }: Context,
  batch: Batch,
  { written, failed }: SinkResult = { written: 0, failed: 0 },
): Promise<SinkResult> {
  try {
    const mirror = await open.destination('mirror');
    await mirror.write(batch, signal);
    return { written: written + batch.rows.length, failed };
  } catch (error) {
    signal.throwIfAborted();
    const { message } = error as Error;
    return { written, failed: failed + batch.rows.length, error: { code: 'DESTINATION_UNREACHABLE', message } };
  }
}

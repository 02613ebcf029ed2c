import { readBlob } from '@tidemark/blob-store';
import { describeBytes, ParseError, type Described, type ThreadOptions } from '@tidemark/openapi-diff/threads';
import {
  artefact,
  isUnchanged,
  StageFailed,
  type DependencyPipeline,
  type FetchOutput,
  type StageContext,
} from '@tidemark/pipelines';

export type DependencyContext = StageContext<DependencyPipeline>;

/** The size of a document was limited when it was fetched. */
const MAX_DOCUMENT = Number.MAX_SAFE_INTEGER;

/** Data that the stages of one leg pass on in memory. */
export const BYTES = artefact<Uint8Array>('dependency.bytes');
export const DESCRIBED = artefact<Described>('dependency.described');

/** What a job's documents are read in. */
export const threadOf = ({ job, signal }: DependencyContext): ThreadOptions => ({ tenant: job.tenant, signal });

/** The output of the fetch stage. @throws Error when nothing was fetched, with which the job should have ended */
export function fetched(context: DependencyContext): FetchOutput {
  const output = context.output('fetch');
  if (isUnchanged(output)) throw new Error('the source is unchanged: there is nothing to read');
  return output;
}

/**
 * The parsed description: from memory, else from the bytes in memory, else from the blob.
 * @throws StageFailed SOURCE_INVALID · LimitExceeded
 */
export async function describedDocument(context: DependencyContext): Promise<Described> {
  const described = context.artefacts.take(DESCRIBED);
  if (described) return described;
  const { source, url } = fetched(context);
  const bytes = context.artefacts.take(BYTES) ?? (await readBlob(context.blobs, source.documentBlob, MAX_DOCUMENT));
  try {
    return await describeBytes(bytes, { source: url, maxSize: MAX_DOCUMENT }, threadOf(context));
  } catch (error) {
    if (error instanceof ParseError)
      throw new StageFailed('SOURCE_INVALID', error.message, { retryable: false, cause: error });
    throw error;
  }
}

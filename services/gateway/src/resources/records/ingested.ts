import { type TidemarkError, type CommandContext } from '@tidemark/contracts';
import { Retryable, Terminal, type Delivery } from '@tidemark/messaging';
import type { Consumer } from '@tidemark/platform';
import { errorStatus } from '../../edge/errors/status.js';
import { toTidemarkError } from '../../edge/errors/to-error.js';
import { recordsIn, type Ingest } from './ingest.js';

const AGAIN_MS = 5_000;

/** Takes the records that programs publish on `tidemark.ingest.<tenant>.<connection>`. */
export const ingestedRecords = (ingest: Ingest): Consumer => ({
  options: { durable: 'gateway-ingest', subject: 'tidemark.ingest.>', ackWaitMs: 30_000, maxDeliver: -1 },
  handle: async (data: unknown, context: CommandContext, { subject, id }: Delivery) => {
    const [, , tenant, connectionId, ...more] = subject.split('.');
    if (!tenant || !connectionId || more.length > 0)
      throw new Terminal('the subject must be tidemark.ingest.<tenant>.<connection id>');
    try {
      const { data: results } = await ingest.take({ ...context, tenant }, connectionId, recordsIn(data), id);
      const refused = results.find(({ status }) => status === 'refused');
      if (refused) throw new Terminal(`${refused.code}: ${refused.message}`);
    } catch (error) {
      throw error instanceof Terminal ? error : again(toTidemarkError(error));
    }
  },
});

/** What is wrong with the message stays wrong; everything else passes. */
function again(error: TidemarkError): Error {
  const { http } = errorStatus[error.code];
  const isFinal = http >= 400 && http < 500 && http !== 429;
  return isFinal
    ? new Terminal(error.message, { cause: error })
    : new Retryable(error.message, AGAIN_MS, { cause: error });
}

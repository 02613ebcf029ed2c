// The program of a thread: does one job after the other.
import { parentPort } from 'node:worker_threads';
import { ParseError } from '../parse/parse-error.js';
import { UnfoldsTooFar } from '../unfold.js';
import { jobs } from './jobs.js';
import { ownBuffers, type Answer, type Order, type Outcome } from './order.js';

const outcomeOf = ({ job, input }: Order): Outcome => {
  try {
    return { result: (jobs[job] as (...args: unknown[]) => unknown)(...input) };
  } catch (error) {
    // An error loses its class on the way; any unexpected one reaches the parent as an uncaught one.
    if (error instanceof UnfoldsTooFar) return { tooLarge: error.message };
    if (error instanceof RangeError) return { tooLarge: `the documents are too large or nested too deeply (${error.message.toLowerCase()})` }; // prettier-ignore
    if (!(error instanceof ParseError)) throw error;
    return { fault: { reason: error.reason, line: error.line, column: error.column, source: error.source } };
  }
};

/** On a busy machine much of the time that passes is not the job's. */
const usedMs = (): number => {
  if (typeof process.threadCpuUsage !== 'function') return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

parentPort?.on('message', (order: Order) => {
  const startedAt = usedMs();
  const outcome = outcomeOf(order);
  const answer: Answer = { ...outcome, ms: usedMs() - startedAt };
  parentPort?.postMessage(answer, 'result' in outcome ? ownBuffers(outcome.result) : []);
});

// The program of a thread: does one job after the other.
import { parentPort } from 'node:worker_threads';
import { ParseError } from '../parse/parse-error.js';
import { UnfoldsTooFar } from '../unfold.js';
import { jobs } from './jobs.js';
import { ownBuffers, type Answer, type Order } from './order.js';

const answerTo = ({ job, input }: Order): Answer => {
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

parentPort?.on('message', (order: Order) => {
  const answer = answerTo(order);
  parentPort?.postMessage(answer, 'result' in answer ? ownBuffers(answer.result) : []);
});

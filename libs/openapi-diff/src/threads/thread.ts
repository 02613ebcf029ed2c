// The program of a thread: does the one job that it was started for.
import { parentPort, workerData } from 'node:worker_threads';
import { ParseError } from '../parse/parse-error.js';
import { jobs } from './jobs.js';
import type { Answer, Order } from './in-thread.js';

const { job, input } = workerData as Order;

const answer = (): Answer => {
  try {
    return { result: (jobs[job] as (...args: unknown[]) => unknown)(...input) };
  } catch (error) {
    // An error loses its class on the way; any other reaches the parent as an uncaught one.
    if (!(error instanceof ParseError)) throw error;
    return { fault: { reason: error.reason, line: error.line, column: error.column, source: error.source } };
  }
};

parentPort?.postMessage(answer());

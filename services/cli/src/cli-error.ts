import type { FieldProblem } from '@tidemark/contracts';
import { messageOf } from '@tidemark/foundation';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { plain } from './render/text.js';

export interface CliErrorDetails {
  readonly fields?: readonly FieldProblem[];
  readonly requestId?: string;
  /** The job concerned. */
  readonly jobId?: string;
  /** What an idempotency key has created already. */
  readonly id?: string;
  /** Seconds after which the call may succeed. */
  readonly retryAfter?: number;
  /** What the user can do about it. */
  readonly hint?: string;
}

/** Ends the program with one line on stderr and this exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exitCode: ExitCode,
    readonly code: string,
    message: string,
    readonly details: CliErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const usageError = (message: string) => new CliError(exitCodes.usage, 'USAGE', message);

/** The error on one line: code, message, fields, hint, request id. */
export function errorLine(error: unknown): string {
  if (!(error instanceof CliError)) return plain(`INTERNAL: ${messageOf(error)}`);
  const { code, message, details } = error;
  const named = (details.fields ?? []).filter((problem) => !message.includes(problem.message));
  const parts = [
    ...named.map((problem) => problem.message),
    ...(details.jobId && !message.includes(details.jobId) ? [`job ${details.jobId}`] : []),
    ...(details.retryAfter === undefined ? [] : [`try again in ${details.retryAfter} s`]),
    ...(details.hint ? [details.hint] : []),
  ];
  const request = details.requestId ? ` (request ${details.requestId})` : '';
  return plain(`${code}: ${[message, ...parts].join('; ')}${request}`);
}

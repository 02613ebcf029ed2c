import type { LoggerService } from '@nestjs/common';
import { systemClock, visible, type Clock } from '@tidemark/foundation';
import { pino, type DestinationStream } from 'pino';
import { withoutSecrets } from './secrets.js';
import { kindOf, Throttle } from './throttle.js';

/** JSON lines on standard error, Nest's own messages among them; standard output is for the results of commands. */
export interface Logger extends LoggerService {
  error(message: unknown, ...details: unknown[]): void;
}

interface LoggerOptions {
  readonly to?: DestinationStream;
  readonly clock?: Clock;
}

/**
 * Lines below `level` are not written. Of one kind of warning or error, one line is written in ten seconds, with the number
 * of those left out. What looks like a credential never is.
 */
export function createLogger(
  service: string,
  level: string,
  { to = pino.destination(2), clock = systemClock }: LoggerOptions = {},
): Logger {
  const log = pino({ level, base: { service } }, { write: (line) => to.write(visible(line)) });
  const throttle = new Throttle(clock);
  const line =
    (write: 'info' | 'debug' | 'trace') =>
    (message: unknown, ...details: unknown[]) =>
      log[write](fieldsOf(message, details), textOf(message));
  const throttled =
    (write: 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...details: unknown[]) => {
      if (!log.isLevelEnabled(write)) return;
      const [fields, text] = [fieldsOf(message, details), textOf(message)];
      throttle.pass(`${write} ${fields.err?.type} ${kindOf(text)}`, (leftOut) =>
        log[write](leftOut > 0 ? { ...fields, leftOut } : fields, text),
      );
    };
  const [error, debug] = [throttled('error'), line('debug')];
  return {
    log: line('info'),
    // Nest logs an error of `listen` and throws it as well: only its catcher reports it.
    error: (message, ...details) => (details.at(-1) === 'NestApplication' ? debug : error)(message, ...details),
    warn: throttled('warn'),
    debug,
    verbose: line('trace'),
    fatal: throttled('fatal'),
  };
}

/** The same for Nest, without Nest's messages about itself. */
export const quietly = ({ warn, error }: Logger): LoggerService => ({ log: () => undefined, warn, error });

const textOf = (message: unknown) => withoutSecrets(message instanceof Error ? message.message : String(message));

interface Fields {
  readonly err?: { readonly type: string; readonly code?: string; readonly stack: string };
  readonly context?: string;
}

/** Of an error only what is known to be text for people: other properties of drivers' errors may hold requests. */
function fieldsOf(message: unknown, details: readonly unknown[]): Fields {
  if (message instanceof Error) {
    const { code } = message as { code?: unknown };
    const type = message.name;
    const known = typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {};
    return { err: { type, ...known, stack: withoutSecrets(stackOf(message)) } };
  }
  const [context] = details.slice(-1);
  return typeof context === 'string' ? { context } : {};
}

const MAX_CAUSES = 5;

/** The stack with those of the causes. */
function stackOf(error: Error, depth = 0): string {
  const stack = error.stack ?? String(error);
  const { cause } = error;
  if (cause === undefined || depth === MAX_CAUSES) return stack;
  return `${stack}\ncaused by: ${cause instanceof Error ? stackOf(cause, depth + 1) : String(cause)}`;
}

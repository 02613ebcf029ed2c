import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';

/** JSON lines on standard error, Nest's own messages among them; standard output is for what a person asked for. */
export interface Logger extends LoggerService {
  error(message: unknown, ...details: unknown[]): void;
}

/** Lines below `level` are not written. */
export function createLogger(service: string, level: string): Logger {
  const log = pino({ level, base: { service } }, pino.destination(2));
  const line =
    (write: 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'fatal') =>
    (message: unknown, ...details: unknown[]) => {
      if (message instanceof Error) return log[write]({ err: message }, message.message);
      const [context] = details.slice(-1);
      log[write](typeof context === 'string' ? { context } : {}, String(message));
    };
  const [error, debug] = [line('error'), line('debug')];
  return {
    log: line('info'),
    // Nest writes down what went wrong in `listen` and throws it as well: whoever catches it tells it, once.
    error: (message, ...details) => (details.at(-1) === 'NestApplication' ? debug : error)(message, ...details),
    warn: line('warn'),
    debug,
    verbose: line('trace'),
    fatal: line('fatal'),
  };
}

/** The same for Nest, without what it reports of itself. */
export const quietly = ({ warn, error }: Logger): LoggerService => ({ log: () => undefined, warn, error });

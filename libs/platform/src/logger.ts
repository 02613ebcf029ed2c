import type { LoggerService } from '@nestjs/common';
import { visible } from '@tidemark/foundation';
import { pino } from 'pino';

/** JSON lines on standard error, Nest's own messages among them; standard output is for the results of commands. */
export interface Logger extends LoggerService {
  error(message: unknown, ...details: unknown[]): void;
}

/** Lines below `level` are not written. */
export function createLogger(service: string, level: string): Logger {
  const stderr = pino.destination(2);
  const log = pino({ level, base: { service } }, { write: (line) => stderr.write(visible(line)) });
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
    // Nest logs an error of `listen` and throws it as well: only its catcher reports it.
    error: (message, ...details) => (details.at(-1) === 'NestApplication' ? debug : error)(message, ...details),
    warn: line('warn'),
    debug,
    verbose: line('trace'),
    fatal: line('fatal'),
  };
}

/** The same for Nest, without Nest's messages about itself. */
export const quietly = ({ warn, error }: Logger): LoggerService => ({ log: () => undefined, warn, error });

import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';

/** JSON lines on standard output, and Nest's own messages among them. */
export interface Logger extends LoggerService {
  error(message: unknown, ...details: unknown[]): void;
}

/** Lines below `level` are not written. */
export function createLogger(service: string, level: string): Logger {
  const log = pino({ level, base: { service } });
  const line =
    (write: 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'fatal') =>
    (message: unknown, ...details: unknown[]) => {
      if (message instanceof Error) return log[write]({ err: message }, message.message);
      const [context] = details.slice(-1);
      log[write](typeof context === 'string' ? { context } : {}, String(message));
    };
  return {
    log: line('info'),
    error: line('error'),
    warn: line('warn'),
    debug: line('debug'),
    verbose: line('trace'),
    fatal: line('fatal'),
  };
}

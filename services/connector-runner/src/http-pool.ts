import type { Logger } from '@tidemark/platform';
import { createHttpPool, type HttpPool } from '@tidemark/resilience';

/** The guarded HTTP clients of this process. @throws Error that names the setting when an entry of `allow` is invalid */
export function httpPool(allow: readonly string[], maxBytes: number, logger: Logger): HttpPool {
  try {
    return createHttpPool({
      ...{ allow, maxBytes },
      onBreakerChange: ({ target, from, to, cause }) => logger.log(`breaker of ${target}: ${from} → ${to} (${cause})`),
    });
  } catch (error) {
    throw new Error(`TIDEMARK_FETCH_ALLOW: ${(error as Error).message}`, { cause: error });
  }
}

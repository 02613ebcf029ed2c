import { readFileSync } from 'node:fs';

const UNKNOWN = 1024;
const MOST_CONNECTIONS = 10_000;

/** How many descriptors this process may open. */
function descriptors(): number {
  try {
    const [, soft] = /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === 'unlimited' ? Infinity : Number(soft ?? UNKNOWN);
  } catch {
    return UNKNOWN; // not Linux
  }
}

/** Half of the descriptors are kept for stores, brokers and sources. */
export const defaultConnections = (): number => Math.max(16, Math.min(MOST_CONNECTIONS, Math.floor(descriptors() / 2)));

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The most bytes of memory that the process has grown by while the work ran, above what it had settled at before: of the
 * process as a whole, or of what JavaScript holds, whichever grew more (freed pages may hide the first).
 */
export async function extraMemory(work: () => Promise<void>): Promise<number> {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const before = footprint();
  let most = 0;
  const look = (): void => {
    const now = footprint();
    most = Math.max(most, now.process - before.process, now.held - before.held);
  };
  const timer = setInterval(look, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return most;
}

function footprint(): { process: number; held: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { process: rss, held: heapUsed + external };
}

// Imported into a program under test: writes the longest time, in milliseconds, for which its main thread kept the
// processor without a turn of its event loop. Time of the processor, so that a busy machine does not matter.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const used = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

if (isMainThread) {
  const file = process.env.LOOP_MONITOR_FILE;
  let longest = 0;
  let last = used();
  // The start of a program is not of interest.
  setTimeout(() => {
    last = used();
    const look = () => {
      const now = used();
      if (now - last > longest) writeFileSync(file, String((longest = now - last)));
      last = now;
    };
    setInterval(look, 5).unref();
  }, 10_000).unref();
}

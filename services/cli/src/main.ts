import { run } from './cli.js';
import { exitCodes } from './exit-codes.js';
import { Terminal } from './terminal.js';

const interrupt = new AbortController();
// The first Ctrl-C ends what is under way in good order, the second at once.
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort();
});
// Whoever reads our output may have seen enough (`| head`): what the exit code says of it holds all the same.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(process.exitCode);
  process.stderr.write(`tidemark: OUTPUT_FAILED: what is printed cannot be written (${code})\n`);
  process.exit(exitCodes.unavailable);
});
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  terminal: new Terminal(process.stdout, process.stderr, process.env),
  env: process.env,
  signal: interrupt.signal,
  now: Date.now,
});

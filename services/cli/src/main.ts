import { run } from './cli.js';
import { exitCodes } from './exit-codes.js';
import { Terminal } from './terminal.js';

const interrupt = new AbortController();
// The first Ctrl-C stops gracefully, the second immediately.
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort();
});
// The reader may have closed the pipe (`| head`); the exit code still applies.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(process.exitCode);
  process.stderr.write(`tidemark: OUTPUT_FAILED: cannot write to stdout (${code})\n`);
  process.exit(exitCodes.unavailable);
});
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  terminal: new Terminal(process.stdout, process.stderr, process.env),
  env: process.env,
  signal: interrupt.signal,
  now: Date.now,
});

export { run } from './cli.js';
export { exitCodes, type ExitCode } from './exit-codes.js';
export { Terminal } from './terminal.js';

import { appendFileSync } from 'node:fs';

/**
 * Ends a run with one line that a machine can read, `N passed, N failed, N skipped`. A suite that could not run at
 * all counts as one failure. With TEST_TALLY set, the same line is added to that file too.
 */
export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;
    process.stdout.write(line);
    if (process.env.TEST_TALLY) appendFileSync(process.env.TEST_TALLY, line);
  }
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Program } from '../installations/program.js';

const KEY = 'tmk_stopping';

let folder: TemporaryFolder;
let program: Program;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  program.signal('SIGKILL');
  await program.ended;
  await folder.remove();
});

describe('a standalone installation that gets SIGTERM', () => {
  it('says on /readyz that it stops, still answers, and asks for new connections', async () => {
    program = new Program('standalone', {
      TIDEMARK_DATA_DIR: folder.path,
      TIDEMARK_API_KEY: KEY,
      TIDEMARK_DEMO: 'off',
      TIDEMARK_STOP_DELAY_MS: '60000',
    });
    const url = await program.url();
    const ready = async () => (await fetch(`${url}/readyz`)).status;
    expect(await ready()).toBe(200);
    program.signal('SIGTERM');
    await eventually(async () => (await ready()) === 503, 'the announcement');
    const { conditions } = (await (await fetch(`${url}/readyz`)).json()) as { conditions: object[] };
    expect(conditions).toMatchObject([{ subject: 'stop', severity: 'unready' }]);
    const answer = await fetch(`${url}/v1/connections`, { headers: { authorization: `Bearer ${KEY}` } });
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  });

  it('ends with code 0 when the delay is over', async () => {
    program = new Program('standalone', {
      TIDEMARK_DATA_DIR: folder.path,
      TIDEMARK_DEMO: 'off',
      TIDEMARK_STOP_DELAY_MS: '10',
    });
    await program.url();
    program.signal('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stderr).toBe('');
  });
});

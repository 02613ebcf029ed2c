import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';
import { Client } from '../../installations/client.js';
import { Program } from '../../installations/program.js';
import { MARK, marksIn, useMarkedSecrets } from '../testing/marked-secrets.js';
import { OtlpReceiver } from '../testing/otlp-receiver.js';

it('leaves no secret in answers, logs, traces or any file of a standalone installation', async () => {
  await using folder = await temporaryFolder();
  const collector = await OtlpReceiver.start();
  const key = 'key-of-this-installation';
  const program = new Program('standalone', {
    TIDEMARK_DATA_DIR: folder.path,
    TIDEMARK_API_KEY: key,
    TIDEMARK_DEMO: 'off',
    TIDEMARK_LOG_LEVEL: 'trace',
    TIDEMARK_FETCH_ALLOW: '127.0.0.0/8',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  });
  try {
    const answers = await useMarkedSecrets(new Client(await program.url(), key));
    expect(answers).toContain('not accepted');
    expect(marksIn(answers)).toEqual([]);
  } finally {
    await program.stop();
    await collector.stop();
  }
  expect(collector.spans.length).toBeGreaterThan(0);
  expect(marksIn(collector.bodies.join('\n'))).toEqual([]);
  expect(marksIn(program.stdout + program.stderr)).toEqual([]);
  const files = await readdir(folder.path, { recursive: true, withFileTypes: true });
  expect(files.map(({ name }) => name)).toContain('vault.db');
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name));
    expect([file.name, ...marksIn(bytes)]).toEqual([file.name]);
  }
  expect(marksIn(`a ${MARK}`)).toEqual([MARK]);
}, 120_000);

import { join, resolve } from 'node:path';
import type { Stoppable } from '@tidemark/foundation';
import { createFirstKey } from '@tidemark/gateway';
import { allPorts, runProcess } from '@tidemark/platform';
import { publishDemo, showDemo } from './demo.js';
import { secretKeyIn } from './secret-key.js';
import { startStandalone } from './standalone.js';

// This terminal is for a person: it shows only warnings and errors, unless a log level is set.
process.env['TIDEMARK_LOG_LEVEL'] ||= 'warn';

const print = (line: string) => process.stdout.write(`${line}\n`);

await runProcess({
  name: 'tidemark',
  ports: allPorts,
  hasHttp: true,
  async start(adapters, settings, logger, conditions) {
    const parts: Stoppable[] = [];
    const publisher = settings.demo ? await publishDemo(adapters) : undefined;
    if (publisher) parts.push({ stop: () => publisher.close() });
    const fetchAllow = publisher ? [...settings.fetchAllow, `127.0.0.1:${publisher.port}`] : settings.fetchAllow;
    const own = settings.secretKey ? { key: settings.secretKey } : await secretKeyIn(settings.dataDir);
    const filesRoot = settings.filesRoot ?? join(resolve(settings.dataDir), 'files');
    const given = { ...settings, fetchAllow, filesRoot, secretKey: own.key };
    const standalone = await startStandalone(adapters, given, logger, conditions);
    parts.push(standalone);
    const freshKey = settings.apiKey ? null : await createFirstKey(adapters.eventStore);
    greet(standalone.httpUrl, freshKey, settings.apiKey !== null);
    if ('made' in own) print(`Credentials are encrypted with ${own.made}: back it up with the data folder\n`);
    const key = freshKey ?? settings.apiKey?.reveal();
    if (publisher && key) parts.push(showDemo(publisher, standalone.httpUrl, key, print));
    return {
      async stop() {
        for (const part of parts.toReversed()) await part.stop();
      },
    };
  },
});

function greet(url: string, freshKey: string | null, givenKey: boolean): void {
  print(`Tidemark is ready: ${url}   API: ${url}/docs`);
  if (freshKey) print(`API key (shown this once): ${freshKey}`);
  else
    print(
      givenKey
        ? 'API key: the one in TIDEMARK_API_KEY'
        : 'API key: as shown at the first start (set TIDEMARK_API_KEY to use your own)',
    );
  const key = freshKey ?? '$TIDEMARK_API_KEY';
  print(`Try: curl -H "Authorization: Bearer ${key}" ${url}/v1/jobs\n`);
}

import { afterEach } from '@jest/globals';
import { localServer, type Answer } from './local-server.js';

/** For a spec: starts servers that answer as the test specifies, and closes them afterwards. */
export function localServers() {
  const servers: Awaited<ReturnType<typeof localServer>>[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  return async (answers: Readonly<Record<string, Answer>>) => {
    const server = await localServer(answers);
    servers.push(server);
    return server;
  };
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, randomNamespace } from '@tidemark/test-kit';
import { MongoClient } from 'mongodb';
import { connect } from 'nats';
import { Edge } from '../../installations/edge.js';
import { environmentOf } from '../../installations/cluster.js';
import { Program } from '../../installations/program.js';
import { serverUrls } from '../../installations/urls.js';
import { readLog } from '../../proof/testing/log.js';
import { marksIn, useMarkedSecrets } from '../testing/marked-secrets.js';
import { OAuthServer } from '../testing/oauth-server.js';
import { OtlpReceiver } from '../testing/otlp-receiver.js';
import { PagedApi } from '../testing/paged-api.js';

const urls = serverUrls();
const JOBS = 20;

(urls ? describe : describe.skip)('credentials on real servers', () => {
  let namespace: string;
  let edge: Edge;
  let collector: OtlpReceiver;
  let runners: Program[];

  beforeEach(async () => {
    namespace = randomNamespace('creds');
    collector = await OtlpReceiver.start();
    edge = await Edge.start({ on: { urls: urls!, namespace }, settings: { tenantMaxRunning: JOBS } });
    // Neither has room for all jobs.
    const own = {
      TIDEMARK_RUNNER_CONCURRENCY: `${JOBS / 2}`,
      TIDEMARK_SECRET_KEY: '0'.repeat(64),
      TIDEMARK_LOG_LEVEL: 'trace',
    };
    const given = environmentOf(urls!, namespace) as Record<string, string>;
    const env = { ...given, ...own, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    runners = [1, 2].map(() => new Program('connector-runner', env));
  }, 60_000);

  afterEach(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await edge.close();
    await collector.stop();
  }, 60_000);

  it('renews a token that expires in the middle of 20 jobs once, in two processes', async () => {
    const api = await PagedApi.start();
    const oauth = await OAuthServer.start();
    try {
      oauth.onIssued = (token) => (api.token = token);
      api.objects.set(
        'issues',
        Array.from({ length: 30 }, (_, n) => ({ id: n + 1 })),
      );
      const tokens = oauth.issue();
      const secrets = { kind: 'oauth2-authorization-code', client: oauth.client, tokens };
      const made = await edge.post('/v1/credentials', { name: 'api', connector: 'http-json', ...secrets });
      const source = { connector: 'http-json', config: api.config(['issues']), credentialId: made.body.id };
      const gate = Promise.withResolvers<void>();
      api.gate = gate.promise;
      const connections = await Promise.all(Array.from({ length: JOBS }, () => edge.connect(source)));
      const jobs = await Promise.all(connections.map((connection) => edge.order(connection)));
      await eventually(async () => api.requests.length === JOBS, 'all jobs at their first page');
      // The first half still reads its first page with the old token.
      let answered = 0;
      api.delay = async () => {
        answered += 1;
        if (answered === JOBS / 2) api.token = 'none';
      };
      gate.resolve();
      for (const job of jobs)
        expect(await edge.ended(job)).toMatchObject({ state: 'completed', counts: { created: 30, failed: 0 } });
      expect(oauth.requests).toEqual([expect.objectContaining({ refresh_token: tokens.refreshToken })]);
    } finally {
      await Promise.all([api.stop(), oauth.stop()]);
    }
  }, 120_000);

  it('leave no secret in answers, logs, traces, events, messages, blobs or documents', async () => {
    const nats = await connect({ servers: urls!.broker.replace(/^nats:\/\//, '') });
    const messages: Uint8Array[] = [];
    nats.subscribe('>', { callback: (_, { data }) => void messages.push(Uint8Array.from(data)) });
    await nats.flush();
    expect(marksIn(await useMarkedSecrets(edge))).toEqual([]);
    await nats.drain();
    expect(messages.length).toBeGreaterThan(100);
    expect(messages.flatMap(marksIn)).toEqual([]);
    expect(marksIn(JSON.stringify(await readLog(edge.adapters.eventStore)))).toEqual([]);
    const mongo = await MongoClient.connect(urls!.readModel);
    let documents = 0;
    for (const { name } of (await mongo.db().admin().listDatabases()).databases.filter((one) =>
      one.name.includes(namespace),
    ))
      for (const collection of await mongo.db(name).collections())
        for await (const document of collection.find({}, { raw: true })) {
          documents += 1;
          expect([collection.collectionName, ...marksIn(document as unknown as Uint8Array)]).toEqual([
            collection.collectionName,
          ]);
        }
    await mongo.close();
    expect(documents).toBeGreaterThan(20);
    await Promise.all(runners.map((runner) => runner.stop()));
    expect(marksIn(runners.map(({ stdout, stderr }) => stdout + stderr).join(''))).toEqual([]);
    expect(collector.spans.length).toBeGreaterThan(0);
    expect(marksIn(collector.bodies.join('\n'))).toEqual([]);
  }, 180_000);
});

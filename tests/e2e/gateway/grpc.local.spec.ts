import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import { createRequire } from 'node:module';
import { eventually } from '@tidemark/test-kit';
import { ADMIN, Edge } from '../../installations/edge.js';
import { GrpcClient } from '../../installations/grpc-client.js';
import { apiOf } from '../../publishers/descriptions.js';
import { Publisher } from '../../publishers/publisher.js';

let edge: Edge;
let client: GrpcClient;
let publisher: Publisher;
beforeAll(async () => {
  publisher = await Publisher.start(apiOf('1.0.0', { '/invoices': ['id', 'total'] }));
  edge = await Edge.start();
  client = new GrpcClient(edge.gateway.grpcAddress, ADMIN);
}, 30_000);
afterAll(async () => {
  client.close();
  await edge.close();
  await publisher.stop();
});

const noop = { connector: 'noop', config: {} };
const newConnection = async (source: object = noop): Promise<string> =>
  (await client.call('ConnectionService', 'CreateConnection', { name: 'x', source })).connection.id;
const newJob = async (connection_id: string) =>
  (await client.call('JobService', 'CreateJob', { connection_id, type: 'JOB_TYPE_FULL' })).job;
const failure = (call: Promise<unknown>): Promise<ServiceError> =>
  call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: ServiceError) => error,
  );
const trailers = ({ metadata }: ServiceError) => metadata.getMap();

describe('gRPC', () => {
  it('has the same connections as HTTP', async () => {
    const config = { fields: { url: { stringValue: publisher.url() } } };
    const request = {
      name: 'billing api',
      source: { connector: 'openapi', config },
      schedule: { every: 'INTERVAL_HOURLY' },
    };
    const { connection } = await client.call('ConnectionService', 'CreateConnection', request);
    expect(connection).toMatchObject({
      name: 'billing api',
      state: 'CONNECTION_STATE_ACTIVE',
      when_busy: 'BUSY_POLICY_QUEUE',
      schedule: { every: 'INTERVAL_HOURLY' },
      created_at: { seconds: expect.any(Number) },
    });
    expect(connection.source.config.fields.url).toMatchObject({ stringValue: publisher.url() });
    const http = (await edge.call('GET', `/v1/connections/${connection.id}`)).body;
    expect(http).toMatchObject({ name: 'billing api', source: { config: { url: publisher.url() } } });
    const { seconds, nanos = 0 } = connection.created_at;
    expect(new Date(seconds * 1000 + nanos / 1e6).toISOString()).toBe(http.createdAt);

    const change = { id: connection.id, schedule: { cron: '0 6 * * *', time_zone: 'UTC' } };
    const updated = await client.call('ConnectionService', 'UpdateConnection', change);
    expect(updated.connection).toMatchObject({
      name: 'billing api',
      schedule: { cron: '0 6 * * *', time_zone: 'UTC' },
    });
    const paused = await client.call('ConnectionService', 'PauseConnection', { id: connection.id });
    expect(paused.connection.paused).toBe(true);
    const list = await eventually(async () => {
      const answer = await client.call('ConnectionService', 'ListConnections', { state: ['CONNECTION_STATE_ACTIVE'] });
      return answer.data?.[0]?.paused === true && answer;
    }, 'the view to catch up');
    expect(list.pagination).toMatchObject({ page: 1, per_page: 50, total: 1 });
    await client.call('ConnectionService', 'DeleteConnection', { id: connection.id });
    expect(await failure(client.call('ConnectionService', 'GetConnection', { id: connection.id }))).toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it('has the same jobs as HTTP', async () => {
    const job = await newJob(await newConnection());
    expect(job).toMatchObject({ state: 'JOB_STATE_PENDING', trigger: 'JOB_TRIGGER_API', counts: {}, stage: 'run' });
    expect(job).not.toHaveProperty('result');
    expect((await client.call('JobService', 'GetJob', { id: job.id })).job.id).toBe(job.id);
    const { job: cancelled } = await client.call('JobService', 'CancelJob', { id: job.id, reason: 'not needed' });
    expect(cancelled.state).toBe('JOB_STATE_CANCELLED');
    const at = { id: job.id, revision: 0 };
    expect((await client.call('JobService', 'GetJobState', at)).job.state).toBe('JOB_STATE_PENDING');
    const timeline = await client.call('JobService', 'GetTimeline', { job_id: job.id });
    expect(timeline.data).toMatchObject([{ type: 'JobCreated' }, { revision: 1, type: 'JobCancelled' }]);
    const { job: retried } = await client.call('JobService', 'RetryJob', { id: job.id });
    expect(retried).toMatchObject({ retry_of: job.id, trigger: 'JOB_TRIGGER_RETRY' });
    const found = await eventually(async () => {
      const { data } = await client.call('JobService', 'ListJobs', { connection_id: job.connection_id });
      return data?.length === 2 && data;
    }, 'both jobs in the view');
    expect(found.map(({ id }: { id: string }) => id)).toEqual([retried.id, job.id]);
  });

  it('watches a job to its end, and resumes from a revision', async () => {
    const { id } = await newJob(await newConnection());
    const seen = [];
    for await (const { event } of client.stream('JobService', 'WatchJob', { id })) {
      seen.push(event);
      if (seen.length === 1) await client.call('JobService', 'CancelJob', { id });
    }
    expect(seen).toMatchObject([{ type: 'JobCreated' }, { revision: 1, type: 'JobCancelled' }]);
    expect(seen[0].data.fields.jobId).toMatchObject({ stringValue: id });
    const rest = await Array.fromAsync(client.stream('JobService', 'WatchJob', { id, from_revision: 1 }));
    expect(rest).toEqual([{ event: seen[1] }]);
    expect(await Array.fromAsync(client.stream('JobService', 'WatchJob', { id, from_revision: 2 }))).toEqual([]);
  });

  it('lets a client stop watching', async () => {
    const { id } = await newJob(await newConnection());
    const watching = client.stream('JobService', 'WatchJob', { id });
    await once(watching, 'data');
    watching.cancel();
    const [error] = await once(watching, 'error');
    expect(error).toMatchObject({ code: status.CANCELLED });
  });

  it('reports errors with the same codes', async () => {
    const connection_id = await newConnection();
    const request = { connection_id, type: 'JOB_TYPE_FULL', idempotency_key: 'grpc' };
    const { job } = await client.call('JobService', 'CreateJob', request);
    const duplicate = await failure(client.call('JobService', 'CreateJob', request, { 'x-request-id': 'r-1' }));
    expect(duplicate.code).toBe(status.ALREADY_EXISTS);
    expect(trailers(duplicate)).toMatchObject({
      'tidemark-error-code': 'DUPLICATE_JOB',
      'tidemark-job-id': job.id,
      'tidemark-request-id': 'r-1',
    });
    const nameless = await failure(client.call('ConnectionService', 'CreateConnection', { source: noop }));
    expect(nameless.code).toBe(status.INVALID_ARGUMENT);
    expect(JSON.parse(trailers(nameless)['tidemark-error-fields'] as string)).toMatchObject([{ field: 'name' }]);
    const backfill = { connection_id, type: 'JOB_TYPE_BACKFILL' };
    const foreign = await failure(client.call('JobService', 'CreateJob', backfill));
    expect(trailers(foreign)['tidemark-error-code']).toBe('VALIDATION_FAILED');
    const gone = client.stream('JobService', 'WatchJob', { id: 'nope' });
    const [error] = await once(gone, 'error');
    expect([error.code, trailers(error)['tidemark-error-code']]).toEqual([status.NOT_FOUND, 'NOT_FOUND']);
  });

  it('requires a key of the tenant with the scope', async () => {
    const anonymous = new GrpcClient(edge.gateway.grpcAddress, null);
    const refused = await failure(anonymous.call('JobService', 'ListJobs'));
    expect([refused.code, trailers(refused)['tidemark-error-code']]).toEqual([
      status.UNAUTHENTICATED,
      'UNAUTHENTICATED',
    ]);
    const { key } = await client.call('InstallationService', 'CreateKey', {
      name: 'r',
      scopes: ['SCOPE_READ'],
      tenant: 'b',
    });
    expect(key).toMatchObject({ tenant: 'b', scopes: ['SCOPE_READ'] });
    const made = await client.call('InstallationService', 'CreateKey', {
      name: 'r',
      scopes: ['SCOPE_READ'],
      tenant: 'b',
    });
    const reader = new GrpcClient(edge.gateway.grpcAddress, made.secret);
    expect(
      (await failure(reader.call('ConnectionService', 'CreateConnection', { name: 'x', source: noop }))).code,
    ).toBe(status.PERMISSION_DENIED);
    const id = await newConnection();
    expect((await failure(reader.call('ConnectionService', 'GetConnection', { id }))).code).toBe(status.NOT_FOUND);
    await client.call('InstallationService', 'RevokeKey', { id: made.key.id });
    expect((await failure(reader.call('JobService', 'ListJobs'))).code).toBe(status.UNAUTHENTICATED);
    anonymous.close();
    reader.close();
  });

  it('has the same snapshots, changes and overview as HTTP', async () => {
    await edge.startRunners();
    const config = { fields: { url: { stringValue: publisher.url() } } };
    const connection_id = await newConnection({ connector: 'openapi', config });
    await edge.ended((await newJob(connection_id)).id);
    publisher.publish(apiOf('1.1.0', { '/invoices': ['id'] }));
    await edge.ended((await newJob(connection_id)).id);
    const changes = await eventually(async () => {
      const { data } = await client.call('ChangeService', 'ListChanges', {
        connection_id,
        severity: ['SEVERITY_BREAKING'],
      });
      return data?.length > 0 && data;
    }, 'the changes in the view');
    const [http] = (await edge.call('GET', `/v1/connections/${connection_id}/changes?severity=breaking`)).body.data;
    expect(changes[0]).toMatchObject({ id: http.id, severity: 'SEVERITY_BREAKING', message: http.message });
    const { change } = await client.call('ChangeService', 'GetChange', { id: http.id });
    expect(change).toMatchObject({ operation_count: 1, operations: ['GET /invoices'] });
    const compared = await client.call('ChangeService', 'CompareSnapshots', { connection_id });
    expect(compared).toMatchObject({ by_severity: { breaking: 1 }, after: { api_version: '1.1.0' } });
    const report = { connection_id, format: 'REPORT_FORMAT_TEXT' };
    const { body } = await client.call('ChangeService', 'RenderComparison', report);
    expect(body.toString()).toContain(http.message);
    const { rule } = await client.call('ChangeService', 'AddIgnoreRule', { connection_id, rule: 'a*', reason: 'b' });
    expect(rule).toMatchObject({ rule: 'a*', reason: 'b' });
    expect(rule).not.toHaveProperty('until');
    await client.call('ChangeService', 'RemoveIgnoreRule', { connection_id, id: rule.id });
    const { data } = await client.call('SnapshotService', 'ListSnapshots', { connection_id });
    expect(data).toHaveLength(2);
    expect(data[1]).not.toHaveProperty('previous_id');
    const snapshot_id = data[0].id;
    const operations = await client.call('SnapshotService', 'ListOperations', { snapshot_id });
    expect(operations.data[0].fields.path).toMatchObject({ stringValue: '/invoices' });
    const chunks = await Array.fromAsync(client.stream('SnapshotService', 'GetRawSnapshot', { snapshot_id }));
    const raw = Buffer.concat(chunks.map(({ chunk }) => chunk)).toString();
    expect(JSON.parse(raw)).toMatchObject({ info: { version: '1.1.0' } });
    const overview = await client.call('InstallationService', 'GetOverview');
    expect(overview.jobs.last24h).toMatchObject({ completed: expect.any(Number), success_rate: 1 });
    const { data: projections } = await client.call('InstallationService', 'ListProjections');
    expect(projections).toContainEqual(
      expect.objectContaining({ name: 'changes', owner: 'differ', state: 'PROJECTION_STATE_LIVE' }),
    );
    const { projection } = await client.call('InstallationService', 'CheckProjection', { name: 'changes' });
    expect(projection.last_check).toMatchObject({ started_at: expect.anything() });
  });

  it('has the same dead letters as HTTP', async () => {
    const data = { tenant: 'default', secret: 's' };
    await edge.adapters.broker.publish({ subject: 'tidemark.work.connector-runner.fetch', id: 'bad', data });
    const listed = () => client.call('InstallationService', 'ListDeadLetters', { limit: 1 });
    const { id } = await eventually(async () => (await listed()).data[0], 'the dead letter');
    const { dead_letter } = await client.call('InstallationService', 'GetDeadLetter', { id });
    expect(dead_letter.data.structValue.fields.secret).toMatchObject({ stringValue: '(hidden)' });
    expect((await failure(client.call('InstallationService', 'DiscardDeadLetters', {}))).code).toBe(
      status.INVALID_ARGUMENT,
    );
    const redriven = await client.call('InstallationService', 'RedriveDeadLetters', { ids: [id, id] });
    expect(redriven).toMatchObject({ settled: 1 });
    await eventually(async () => (await listed()).data[0]?.id !== id, 'the next one');
    await client.call('InstallationService', 'DiscardDeadLetters', { all: true });
    expect((await listed()).data ?? []).toEqual([]);
  });

  it('has the same connectors as HTTP', async () => {
    const { connector } = await client.call('ConnectorService', 'GetConnector', { name: 'openapi' });
    expect(connector).toMatchObject({ name: 'openapi', auth: ['none'], stages: expect.arrayContaining(['fetch']) });
    expect(connector).not.toHaveProperty('source');
    expect(connector.config.fields.required.listValue.values).toMatchObject([{ stringValue: 'url' }]);
    const { data } = await client.call('ConnectorService', 'ListConnectors');
    expect(data).toContainEqual(connector);
    const refused = await failure(client.call('ConnectorService', 'GetConnector', { name: 'nothing' }));
    expect(refused.code).toBe(status.NOT_FOUND);
  });

  it('has the same providers as HTTP', async () => {
    const source = { connector: 'openapi', config: { fields: { url: { stringValue: publisher.url() } } } };
    const { provider } = await client.call('ProviderService', 'CreateProvider', { name: 'Billing', source });
    const { connection } = await client.call('ProviderService', 'Subscribe', {
      provider_id: provider.id,
      name: 'ours',
    });
    expect(connection).toMatchObject({ name: 'ours', source: { connector: 'provider' } });
    const { job } = await client.call('ProviderService', 'SyncProvider', { id: provider.id });
    expect(job).toMatchObject({ connection_id: provider.id, trigger: 'JOB_TRIGGER_API' });
    await eventually(async () => {
      const { provider: seen } = await client.call('ProviderService', 'GetProvider', { id: provider.id });
      return seen.subscribers === 1 && seen.subscription_id === connection.id && seen.last_sync;
    }, 'the sync and the subscription in the view');
    await client.call('ProviderService', 'Unsubscribe', { provider_id: provider.id });
    const { data } = await eventually(async () => {
      const list = await client.call('ProviderService', 'ListProviders');
      return list.data.length === 1 && list.data[0].subscription_id === undefined && list;
    }, 'the list without the subscription');
    expect(data[0]).toMatchObject({ id: provider.id, name: 'Billing' });
  });

  it('describes itself by reflection, and reports that it is healthy', async () => {
    const resolve = createRequire(import.meta.url).resolve;
    const options = { keepCase: true, longs: Number, enums: String };
    const ask = async (proto: string, service: string, method: string, request: object) => {
      const { path, requestSerialize, responseDeserialize } = (
        loadSync(resolve(proto), options)[service] as ServiceDefinition
      )[method]!;
      const plain = new Client(edge.gateway.grpcAddress, credentials.createInsecure());
      const call = plain.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      call.end(request);
      const answers = await Array.fromAsync(call);
      plain.close();

      return answers[0] as any;
    };
    const reflection = [
      '@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
      'grpc.reflection.v1.ServerReflection',
      'ServerReflectionInfo',
    ] as const;
    const { list_services_response: list } = await ask(...reflection, { list_services: '' });
    expect(list.service.map(({ name }: { name: string }) => name).sort()).toEqual(
      expect.arrayContaining(['grpc.health.v1.Health', 'tidemark.v1.ConnectionService', 'tidemark.v1.JobService']),
    );
    const described = await ask(...reflection, { file_containing_symbol: 'tidemark.v1.JobService' });
    const files = Buffer.concat(described.file_descriptor_response.file_descriptor_proto).toString('latin1');
    expect(files).toContain('next_retry_at');
    const health = ['grpc-health-check/proto/health/v1/health.proto', 'grpc.health.v1.Health', 'Check'] as const;
    for (const service of ['', 'tidemark.v1.JobService'])
      expect(await ask(...health, { service })).toMatchObject({ status: 'SERVING' });
  });
});

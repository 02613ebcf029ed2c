import { FileBlobStore, readBlob, readJson, type BlobId } from '@tidemark/blob-store';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { MAX_REPORT_BYTES } from '@tidemark/pipelines';
import { type LegOptions, type LegRun, Publisher, runLeg } from '../../testing/run-leg.js';
import { petstore, reversed } from '../../testing/petstore.js';

let publisher: Publisher;
let folder: TemporaryFolder;

beforeEach(async () => {
  publisher = await Publisher.start();
  folder = await temporaryFolder();
});

afterEach(async () => {
  await publisher.stop();
  await folder.remove();
});

function run(options: Partial<LegOptions> = {}): Promise<LegRun> {
  const config = { url: `${publisher.url}/api.json` };
  return runLeg(folder.path, { config, ...options });
}

const blobs = () => new FileBlobStore(folder.path);
const stages = ({ results }: LegRun) => results.map(({ stage }) => stage);

describe('the first job of an openapi connection', () => {
  it('takes a snapshot as the baseline', async () => {
    publisher.publish('/api.json', petstore(), { etag: '"1"' });
    const { last, outputs, cursor } = await run();
    const { snapshotId, canonicalBlob, contentHash } = last.output;
    expect(last).toEqual({
      stage: 'snapshot',
      output: {
        snapshotId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        previous: null,
        canonicalBlob: `sha256:${contentHash as string}`,
        rawBlob: outputs['fetch']!['rawBlob'],
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        title: 'Pet store',
        apiVersion: '1.0.0',
        specVersion: '3.0.3',
        format: 'json',
        operations: 1,
        bytes: JSON.stringify(petstore()).length,
      },
      counts: { total: 1, processed: 1 },
      cursor: expect.anything(),
    });
    expect(cursor).toMatchObject({
      snapshotId,
      canonicalBlob,
      contentHash,
      etag: '"1"',
      externalRefs: 0,
      operations: 1,
    });
  });

  it('keeps the body as it was sent, and the content in canonical form', async () => {
    publisher.publish('/api.json', stringify(petstore()));
    const { output } = (await run()).last;
    expect((await readBlob(blobs(), output['rawBlob'] as BlobId)).toString()).toBe(stringify(petstore()));
    const canonical = await readJson<{ paths: object }>(blobs(), output['canonicalBlob'] as BlobId);
    expect(Object.keys(canonical.paths)).toEqual(['/pets']);
  });

  it('gives the same outputs when every stage runs in a process of its own', async () => {
    publisher.publish('/api.json', petstore(), { etag: '"1"', 'last-modified': 'Tue, 01 Jul 2025 10:00:00 GMT' });
    const together = await run();
    const apart = await run({ fresh: true });
    expect(apart.outputs).toEqual(together.outputs);
    expect(apart.cursor).toEqual(together.cursor);
    expect(stages(apart)).toEqual(['fetch', 'parse', 'normalize', 'snapshot']);
  });

  it('reads OpenAPI 2.0, 3.0 and 3.1', async () => {
    for (const version of [{ swagger: '2.0' }, { openapi: '3.0.0' }, { openapi: '3.1.1' }]) {
      publisher.publish('/api.json', { ...version, info: { title: 't', version: '1' }, paths: { '/a': { get: {} } } });
      expect((await run()).last.output).toMatchObject({ specVersion: Object.values(version)[0], operations: 1 });
    }
  });
});

describe('a later job of an openapi connection', () => {
  it('ends at once when the server says that nothing has changed', async () => {
    publisher.publish('/api.json', petstore(), { etag: '"1"' });
    const first = await run();
    const second = await run({ cursor: first.cursor, jobId: 'job-2' });
    expect(publisher.requests[1]!.headers['if-none-match']).toBe('"1"');
    expect(stages(second)).toEqual(['fetch']);
    expect(second.last).toMatchObject({
      finish: 'unchanged',
      output: { unchanged: true, snapshotId: first.last.output['snapshotId'] },
      counts: { total: 1, processed: 1 },
    });
    expect(second.cursor).toEqual(first.cursor);
  });

  it('ends at once when the server sends the same bytes, and remembers the new validators', async () => {
    publisher.publish('/api.json', petstore(), { etag: '"1"' });
    const first = await run();
    publisher.publish('/api.json', petstore(), { 'last-modified': 'Tue, 01 Jul 2025 10:00:00 GMT' });
    const second = await run({ cursor: first.cursor });
    expect(stages(second)).toEqual(['fetch']);
    expect(second.last.finish).toBe('unchanged');
    const { etag: _etag, ...kept } = first.cursor!;
    expect(second.cursor).toEqual({ ...kept, lastModified: 'Tue, 01 Jul 2025 10:00:00 GMT' });
  });

  it('takes a snapshot that refers to the previous one when the content differs', async () => {
    publisher.publish('/api.json', petstore(1));
    const first = await run();
    publisher.publish('/api.json', petstore(2));
    const second = await run({ cursor: first.cursor, jobId: 'job-2' });
    const { snapshotId, canonicalBlob, contentHash } = first.last.output;
    expect(second.last.output).toMatchObject({
      previous: { snapshotId, canonicalBlob, contentHash },
      operations: 2,
      apiVersion: '2.0.0',
    });
    expect(second.last.output['snapshotId']).not.toBe(snapshotId);
    expect(second.last.finish).toBeUndefined();
  });

  it.each([
    ['reordered', JSON.stringify(reversed(petstore()))],
    ['indented', JSON.stringify(petstore(), null, 4)],
    ['written in YAML', stringify(petstore())],
    ['reordered and written in YAML', stringify(reversed(petstore()))],
  ])('finds no change in a description that was %s', async (_how, body) => {
    publisher.publish('/api.json', petstore(), { etag: '"1"' });
    const first = await run();
    publisher.publish('/api.json', body, { etag: '"2"' });
    const second = await run({ cursor: first.cursor, jobId: 'job-2' });
    expect(stages(second)).toEqual(['fetch', 'parse', 'normalize', 'snapshot']);
    expect(second.last).toMatchObject({ finish: 'unchanged', output: { snapshotId: first.last.output['snapshotId'] } });
    expect(second.cursor).toMatchObject({ etag: '"2"', snapshotId: first.last.output['snapshotId'] });
    const third = await run({ cursor: second.cursor, jobId: 'job-3' });
    expect(stages(third)).toEqual(['fetch']);
  });

  it('makes an unconditional request once its config requests something else', async () => {
    publisher.publish('/api.json', petstore(), { etag: '"1"' });
    publisher.publish('/other.json', petstore(2), { etag: '"1"' });
    const { cursor } = await run();
    for (const config of [
      { url: `${publisher.url}/other.json` },
      { url: `${publisher.url}/api.json`, headers: { 'X-Version': '2' } },
    ])
      await run({ cursor, config });
    expect(publisher.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('sends no validator to the new target of a redirect', async () => {
    const redirect = (to: string) =>
      publisher.pages.set('/latest', (_request, response) => void response.writeHead(302, { location: to }).end());
    const config = { url: `${publisher.url}/latest` };
    publisher.publish('/v1.json', petstore(1), { etag: '"same"' });
    publisher.publish('/v2.json', petstore(2), { etag: '"same"' });
    redirect('/v1.json');
    const first = await run({ config });
    expect((await run({ config, cursor: first.cursor })).last.finish).toBe('unchanged');
    redirect('/v2.json');
    expect((await run({ config, cursor: first.cursor })).last.output).toMatchObject({ apiVersion: '2.0.0' });
  });

  it('starts over with a cursor that it does not understand', async () => {
    publisher.publish('/api.json', petstore());
    expect((await run({ cursor: { page: 7 } })).last.output['previous']).toBeNull();
  });
});

describe('an openapi job that cannot succeed', () => {
  it.each([
    ['{"openapi":"3.0.0",\n "info" 1}', /:2:9: .*":"/],
    ['openapi: 3.0.0\ninfo:\n  - a\n b: c', /:\d+:\d+: .*YAML/],
    ['<html></html>', /:1:1: /],
    ['{"a": 1}', /:1:1: not an OpenAPI description/],
    ['{"openapi": "4.0.0"}', /:1:\d+: "openapi" is "4.0.0"/],
  ])('names line and column of %j', async (body, message) => {
    publisher.publish('/api.json', body);
    const config = { url: `${publisher.url}/api.json?key=hunter2` };
    publisher.publish('/api.json?key=hunter2', body);
    const failure = run({ config });
    await expect(failure).rejects.toMatchObject({ code: 'SOURCE_INVALID', retryable: false });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(`${publisher.url}/api.json:`);
    await expect(failure).rejects.not.toThrow('hunter2');
  });

  it('says whether a retry can help, and when', async () => {
    await expect(run()).rejects.toMatchObject({ name: 'Terminal', code: 'SOURCE_NOT_FOUND', retryable: false });
    publisher.pages.set('/api.json', { status: 503, body: '', headers: { 'retry-after': '7' } });
    await expect(run()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', retryable: true, retryAfterMs: 7000 });
    await expect(run({ guard: { allow: [] } })).rejects.toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
      retryable: false,
    });
  });

  it('does not read more than its config allows', async () => {
    publisher.publish('/api.json', petstore());
    const config = { url: `${publisher.url}/api.json`, maxBytes: 100 };
    await expect(run({ config })).rejects.toMatchObject({ code: 'SOURCE_RESPONSE_TOO_LARGE', retryable: false });
  });

  it('can be aborted while the server hangs', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by its owner');
    const closed = Promise.withResolvers<void>();
    publisher.pages.set('/api.json', (request) => {
      request.socket.on('close', () => closed.resolve());
      controller.abort(reason);
    });
    await expect(run({ signal: controller.signal })).rejects.toBe(reason);
    await closed.promise;
  });
});

describe('what an openapi job leaves in events', () => {
  it('is small, and holds no query of a URL', async () => {
    const description = petstore();
    description.info.title = 'T'.repeat(100_000);
    description.info.version = 'V'.repeat(100_000);
    const path = `/${'p'.repeat(3000)}?token=hunter2`;
    publisher.publish(path, description, { etag: `"${'e'.repeat(7000)}"`, 'last-modified': 'm'.repeat(5000) });
    const { outputs, cursor } = await run({ config: { url: publisher.url + path } });
    for (const kept of [...Object.values(outputs), cursor]) {
      expect(JSON.stringify(kept).length).toBeLessThan(MAX_REPORT_BYTES);
      expect(JSON.stringify(kept)).not.toContain('hunter2');
    }
  });
});

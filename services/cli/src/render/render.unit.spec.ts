import { describe, expect, it } from '@jest/globals';
import { aChange, aConnection, aJob, aRunningJob, jobId, now } from '../testing/answers.js';
import { changesText } from './changes.js';
import { connectionDetails, connectionTable } from './connection.js';
import { jobDetails, jobTable, progressLine, statusText } from './job.js';
import { colored, uncolored } from './style.js';
import { cut, plain, widthOf } from './text.js';
import { duration, relative } from './time.js';

const file = { paint: uncolored, width: null };
const terminal = (width: number) => ({ paint: uncolored, width });

describe('text', () => {
  it('cannot control the terminal', () => {
    expect(plain('a\u001b[2Jb\r\nc\u202ed\u009b')).toBe('a�[2Jb c�d�');
  });

  it('is measured and truncated as terminals draw it', () => {
    expect([widthOf('潮汐'), widthOf('e\u0301'), widthOf('🌊a')]).toEqual([4, 1, 3]);
    expect([cut('潮汐表', 5), cut('tide', 4), cut('tides', 4)]).toEqual(['潮汐…', 'tide', 'tid…']);
  });

  it('formats times for people', () => {
    const at = (seconds: number) => relative(new Date(now + seconds * 1000).toISOString(), now);
    expect([at(-5), at(-60), at(7200), at(-200_000), relative(null, now)]).toEqual([
      '5 s ago',
      '1 min ago',
      'in 2 h',
      '2 d ago',
      '–',
    ]);
    expect([duration(340), duration(4200), duration(185_000), duration(null)]).toEqual([
      '340 ms',
      '4.2 s',
      '3 min 05 s',
      '–',
    ]);
  });
});

describe('a job', () => {
  it.each([
    ['completed', aJob()],
    ['completed, completed with errors', aJob({ result: 'completed_with_errors' })],
    ['running diff 57 % (stalled)', aRunningJob({ liveness: 'stalled' })],
    [
      'failed, SOURCE_UNREACHABLE',
      aJob({ state: 'failed', lastError: { code: 'SOURCE_UNREACHABLE', message: 'late' } }),
    ],
  ])('has the status %s', (words, job) => expect(statusText(job, now)).toBe(words));

  it.each([
    ['tenant_cap', { behind: ['a', 'b'] }, 'waiting for a free slot: 2 jobs of the tenant running'],
    ['connection_busy', { behind: ['a'] }, 'waiting for job a of the same connection'],
    ['retry_backoff', { until: '2026-03-01T08:21:00Z' }, 'retries in 1 min'],
    ['schedule', { until: '2026-03-01T09:20:00Z' }, 'starts in 1 h'],
    ['no_runner', {}, 'waiting for a runner to claim it'],
    ['window', { until: '2026-03-01T09:20:00Z' }, 'waiting for a window of the schedule to end in 1 h'],
  ] as const)('says why it waits: %s', (reason, more, words) =>
    expect(statusText(aJob({ state: 'pending', waitingFor: { reason, ...more } }), now)).toBe(`pending, ${words}`),
  );

  it('is shown in full, without empty fields', () => {
    expect(jobDetails(aJob({ counts: { ...aJob().counts, total: 12, updated: 3 } }), uncolored, now))
      .toMatchInlineSnapshot(`
      "job         0195500a-8d00-7def-8000-00000000000a
      connection  0195500a-7c00-7abc-8000-00000000000c
      state       completed
      type        full, requested by api
      attempt     1 (0 retries done, 0 left)
      objects     12 total, 3 updated
      created     2026-03-01 08:15:00Z (5 min ago)
      started     2026-03-01 08:15:00Z (5 min ago)
      ended       2026-03-01 08:15:04Z (4 min ago), after 4.2 s"
    `);
  });

  it('is drawn on one line that fits', () => {
    const line = progressLine(aRunningJob(), now, 40);
    expect(widthOf(line)).toBeLessThan(40);
    expect(line).toContain('57 %');
  });
});

describe('tables', () => {
  it('are whole in a file', () => {
    expect(jobTable([aJob(), aRunningJob()], now, file)).toMatchInlineSnapshot(`
      "JOB                                   CONNECTION                            STATE              BY   CREATED    TOOK
      0195500a-8d00-7def-8000-00000000000a  0195500a-7c00-7abc-8000-00000000000c  completed          api  5 min ago  4.2 s
      0195500a-8d00-7def-8000-00000000000a  0195500a-7c00-7abc-8000-00000000000c  running diff 57 %  api  5 min ago  –"
    `);
  });

  it.each([40, 60, 80, 100, 200])('fit a terminal of %i columns', (width) => {
    const long = aConnection({ name: 'a very long name '.repeat(10) });
    for (const line of connectionTable([long, aConnection({ paused: true })], now, terminal(width)).split('\n'))
      expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('show whole ids while they fit, then a prefix that commands accept', () => {
    expect(jobTable([aJob()], now, terminal(200))).toContain(jobId);
    const narrow = jobTable([aJob()], now, terminal(90));
    expect(narrow).toContain(jobId.slice(0, 18));
    expect(narrow).not.toContain(jobId);
  });

  it('are coloured without losing their columns', () => {
    const colors = jobTable([aJob()], now, { paint: colored, width: null });
    expect(colors).toContain('\u001b[32mcompleted');
    expect(colors.replace(/\u001b\[\d+m/g, '')).toBe(jobTable([aJob()], now, file));
  });
});

describe('a connection', () => {
  it('is shown in full', () => {
    expect(connectionDetails(aConnection(), uncolored, now)).toMatchInlineSnapshot(`
      "connection  0195500a-7c00-7abc-8000-00000000000c
      name        billing api
      state       active
      pipeline    dependency
      connector   openapi
      url         https://billing.example/openapi.json
      schedule    hourly
      when busy   queue
      next sync   2026-03-01 09:00:00Z (in 40 min)
      last sync   unchanged, 2026-03-01 08:15:04Z (4 min ago), job 0195500a-8d00-7def-8000-00000000000a
      created     2026-03-01 08:00:00Z (20 min ago)"
    `);
  });
});

describe('changes', () => {
  const changes = [
    aChange({
      id: '1',
      severity: 'safe',
      operation: 'GET /moon',
      rule: 'endpoint-added',
      before: null,
      after: null,
      message: 'The endpoint was added.',
    }),
    aChange({ id: '2' }),
    aChange({
      id: '3',
      rule: 'enum-value-removed',
      before: 'spring',
      after: null,
      message: 'The value spring was removed.',
    }),
    aChange({
      id: '4',
      severity: 'odd' as never,
      operation: null,
      before: null,
      after: { type: 'object' },
      message: 'Of tomorrow.',
    }),
  ];

  it('are grouped by severity, most severe first, with the values before and after', () => {
    expect(changesText(changes, now, file)).toMatchInlineSnapshot(`
      "2 breaking
        GET /stations/{stationId}/tides
          The response property height changed its type from number to string.
            number → string
            response-property-type-changed, 2 min ago, 2
          The value spring was removed.
            - spring
            enum-value-removed, 2 min ago, 3

      1 safe
        GET /moon
          The endpoint was added.
            endpoint-added, 2 min ago, 1

      1 odd
        1 operation
          Of tomorrow.
            + {"type":"object"}
            response-property-type-changed, 2 min ago, 4"
    `);
  });
});

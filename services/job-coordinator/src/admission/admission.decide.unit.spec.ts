import { describe, expect, it } from '@jest/globals';
import { TidemarkError } from '@tidemark/contracts';
import {
  evolveAdmission,
  nobodyAdmitted,
  type Admitted,
  type AdmissionEvent,
  type AdmissionState,
} from './admission.js';
import { decideAdmission, type AdmissionCommand } from './admission.decide.js';

const candidate = (jobId: string, connectionId = jobId, attempt = 1): Admitted => ({
  jobId,
  connectionId,
  attempt,
  service: 'connector-runner',
  stage: 'fetch',
});
const admit = (cap: number, candidates: Admitted[], gone: string[] = []): AdmissionCommand => ({
  type: 'AdmitJobs',
  data: { at: 1, cap, candidates, holds: (jobId) => !gone.includes(jobId) },
});
const reserve = (jobId: string, connectionId: string, cap = 2, gone: string[] = []): AdmissionCommand => ({
  type: 'ReservePlace',
  data: { at: 1, cap, jobId, connectionId, holds: (id) => !gone.includes(id) },
});
const after = (state: AdmissionState, command: AdmissionCommand) =>
  decideAdmission(command, state).reduce(evolveAdmission, state);
const admittedBy = (events: AdmissionEvent[]) => events.flatMap(({ data }) => data.admitted.map(({ jobId }) => jobId));
const codeOf = (command: AdmissionCommand, state: AdmissionState) => {
  try {
    decideAdmission(command, state);
    return undefined;
  } catch (error) {
    return (error as TidemarkError).code;
  }
};

describe('admission', () => {
  it('lets in as many as there are places, in the order of turns', () => {
    const events = decideAdmission(admit(2, [candidate('a'), candidate('b'), candidate('c')]), nobodyAdmitted);
    expect(admittedBy(events)).toEqual(['a', 'b']);
  });

  it('lets in one job of a connection at a time', () => {
    const state = after(nobodyAdmitted, admit(5, [candidate('a1', 'a')]));
    expect(admittedBy(decideAdmission(admit(5, [candidate('a2', 'a'), candidate('b')]), state))).toEqual(['b']);
  });

  it('gives the place of a job that ended to the next, and tells both in one event', () => {
    const state = after(nobodyAdmitted, admit(1, [candidate('a')]));
    expect(decideAdmission(admit(1, [candidate('b')]), state)).toEqual([]);
    const [event] = decideAdmission(admit(1, [candidate('b')], ['a']), state);
    expect(event?.data).toMatchObject({ released: ['a'], admitted: [{ jobId: 'b' }] });
  });

  it('says nothing while nobody can come in', () => {
    const state = after(nobodyAdmitted, admit(1, [candidate('a')]));
    expect(decideAdmission(admit(1, [], ['a']), state)).toEqual([]);
  });

  it('never admits a job that already has its place', () => {
    const state = after(nobodyAdmitted, admit(5, [candidate('a')]));
    expect(decideAdmission(admit(5, [candidate('a')]), state)).toEqual([]);
  });

  it('carries the whole set while it is small, and every so often when it is not', () => {
    let state = nobodyAdmitted;
    let whole = 0;
    for (let index = 0; index < 200; index += 1) {
      const events = decideAdmission(admit(1000, [candidate(`job-${index}`)]), state);
      if (events[0]?.data.running) whole += 1;
      state = events.reduce(evolveAdmission, state);
    }
    expect(state.running.size).toBe(200);
    expect(whole).toBe(8 + 3);
  });

  it('refuses to reserve over the cap, and for a busy connection', () => {
    const full = after(nobodyAdmitted, admit(2, [candidate('a'), candidate('b')]));
    expect(codeOf(reserve('c', 'c'), full)).toBe('TOO_MANY_CONCURRENT_SYNCS');
    expect(codeOf(reserve('c', 'a', 5), full)).toBe('CONNECTION_BUSY');
    expect(codeOf(reserve('c', 'c', 2, ['a']), full)).toBeUndefined();
  });

  it('keeps a reserved place for its job, also when the cap is reached', () => {
    const state = after(after(nobodyAdmitted, admit(2, [candidate('a')])), reserve('b', 'b'));
    expect(admittedBy(decideAdmission(admit(2, [candidate('c')]), state))).toEqual([]);
    expect(admittedBy(decideAdmission(admit(2, [candidate('c'), candidate('b')]), state))).toEqual(['b']);
  });
});

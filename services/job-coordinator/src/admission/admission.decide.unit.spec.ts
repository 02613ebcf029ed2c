import { describe, expect, it } from '@jest/globals';
import { type TidemarkError } from '@tidemark/contracts';
import {
  emptyAdmission,
  evolveAdmission,
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
const admit = (cap: number, candidates: Admitted[], released: string[] = []): AdmissionCommand => ({
  type: 'AdmitJobs',
  data: { at: 1, cap, candidates, released },
});
const reserve = (jobId: string, connectionId: string, cap = 2, released: string[] = []): AdmissionCommand => ({
  type: 'ReserveSlot',
  data: { at: 1, cap, jobId, connectionId, released },
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
  it('admits as many jobs as there are slots, in the order of their turns', () => {
    const events = decideAdmission(admit(2, [candidate('a'), candidate('b'), candidate('c')]), emptyAdmission);
    expect(admittedBy(events)).toEqual(['a', 'b']);
  });

  it('admits one job of a connection at a time', () => {
    const state = after(emptyAdmission, admit(5, [candidate('a1', 'a')]));
    expect(admittedBy(decideAdmission(admit(5, [candidate('a2', 'a'), candidate('b')]), state))).toEqual(['b']);
  });

  it('gives the slot of an ended job to the next, and records both in one event', () => {
    const state = after(emptyAdmission, admit(1, [candidate('a')]));
    expect(decideAdmission(admit(1, [candidate('b')]), state)).toEqual([]);
    const [event] = decideAdmission(admit(1, [candidate('b')], ['a']), state);
    expect(event?.data).toMatchObject({ released: ['a'], admitted: [{ jobId: 'b' }] });
  });

  it('records nothing while no job can be admitted', () => {
    const state = after(emptyAdmission, admit(1, [candidate('a')]));
    expect(decideAdmission(admit(1, [], ['a']), state)).toEqual([]);
  });

  it('never admits a job that already has its slot', () => {
    const state = after(emptyAdmission, admit(5, [candidate('a')]));
    expect(decideAdmission(admit(5, [candidate('a')]), state)).toEqual([]);
  });

  it('carries the whole set while it is small, and at intervals when it is not', () => {
    let state = emptyAdmission;
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
    const full = after(emptyAdmission, admit(2, [candidate('a'), candidate('b')]));
    expect(codeOf(reserve('c', 'c'), full)).toBe('TOO_MANY_CONCURRENT_SYNCS');
    expect(codeOf(reserve('c', 'a', 5), full)).toBe('CONNECTION_BUSY');
    expect(codeOf(reserve('c', 'c', 2, ['a']), full)).toBeUndefined();
  });

  it('keeps a reserved slot for its job, even when the cap is reached', () => {
    const state = after(after(emptyAdmission, admit(2, [candidate('a')])), reserve('b', 'b'));
    expect(admittedBy(decideAdmission(admit(2, [candidate('c')]), state))).toEqual([]);
    expect(admittedBy(decideAdmission(admit(2, [candidate('c'), candidate('b')]), state))).toEqual(['b']);
  });
});

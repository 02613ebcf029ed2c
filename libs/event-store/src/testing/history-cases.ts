import { describe, expect, it } from '@jest/globals';
import { uuidv7 } from '@tidemark/foundation';
import { LogHistory } from '../history/log-history.js';
import type { TestStores } from './harness.js';
import { newStream, someEvents } from './support.js';

/** Sees the log as a process does that has just started. */
export function historyCases(stores: () => TestStores): void {
  const store = () => stores().store;
  const started = () => new LogHistory(store());

  /** Appends an event; returns its anchor. */
  async function grow() {
    const events = someEvents(1);
    const { position } = await store().append(newStream(), events, 'no_stream');
    return { position, id: events[0]!.id };
  }

  describe('history', () => {
    it('names the installation once, however many processes ask first', async () => {
      const ids = await Promise.all([started(), started(), started()].map((one) => one.installation()));
      expect(new Set(ids).size).toBe(1);
      await stores().reopen();
      expect(await store().history.installation('another')).toBe(ids[0]);
    });

    it('takes over the id that the other stores carry when the log has none', async () => {
      expect(await started().installation('the-installation')).toBe('the-installation');
    });

    it('confirms positions of the log, with and without an epoch', async () => {
      const { position } = await grow();
      const { epoch } = await started().mark();
      expect(await started().resume({ position })).toEqual({ position, epoch });
      expect(await started().resume({ position, epoch })).toEqual({ position, epoch });
      expect(await started().resume({ position: -1 })).toEqual({ position: -1, epoch });
    });

    it('begins one epoch when readers are ahead of the log, and confirms no more than it has', async () => {
      await grow();
      const { epoch } = await started().mark();
      const head = await store().head();
      const ahead = { position: head + 1_000_000, epoch };
      const one = started();
      const found = await Promise.all([one.resume(ahead), one.resume(ahead), started().resume(ahead)]);
      expect(new Set(found.map(({ epoch: begun }) => begun)).size).toBe(1);
      for (const place of found) {
        expect(place.position).toBeLessThanOrEqual(head);
        expect(place.epoch).not.toBe(epoch);
      }
      const again = await started().resume({ position: found[0]!.position, epoch });
      // The log has grown past them: they are still positions of what was lost.
      for (let n = 0; n < 3; n++) await grow();
      const { position } = await grow();
      expect((await started().resume({ position, epoch })).position).toBeLessThanOrEqual(head);
      expect(await started().resume({ position, epoch: again.epoch })).toEqual({ position, epoch: again.epoch });
    });

    it('confirms nothing of an epoch that the log does not know', async () => {
      const { position } = await grow();
      expect((await started().resume({ position, epoch: uuidv7() })).position).toBe(-1);
    });

    it('finds a loss by the events that are missing, also when the log has grown past them', async () => {
      const kept = await grow();
      const { epoch } = await started().mark();
      const other = await grow();
      await grow();
      const mark = { epoch, anchors: [{ ...other, id: uuidv7() }, kept] };
      const [one, two] = [started(), started()];
      await Promise.all([one.compare(mark), two.compare(mark)]);
      expect((await one.resume({ position: other.position, epoch })).position).toBe(kept.position);
      const begun = await one.mark();
      expect(begun.epoch).not.toBe(epoch);
      await started().compare(mark); // an old mark in another store is of an epoch that is over
      expect((await started().mark()).epoch).toBe((await two.mark()).epoch);
      expect(begun.anchors).toEqual([kept]);
    });

    it('finds that a log was emptied, or is older than the epoch last seen, and once only', async () => {
      const lost = { epoch: uuidv7(), anchors: [{ position: 1e9, id: uuidv7() }] };
      await grow();
      const before = await started().mark();
      await started().compare(lost);
      const after = await started().mark();
      expect(after.epoch).not.toBe(before.epoch);
      await started().compare(lost);
      expect((await started().mark()).epoch).toBe(after.epoch);
    });

    it('observes a log that goes on, and one that another process found to be replaced', async () => {
      const history = started();
      await history.installation();
      expect(await history.observe()).toBe('same');
      for (let n = 0; n < 5; n++) {
        await grow();
        expect(await history.observe()).toBe('same');
      }
      const { anchors, epoch } = await history.mark();
      expect(anchors.length).toBeGreaterThan(1);
      await started().compare({ epoch, anchors: [{ position: 1e9, id: uuidv7() }, ...anchors] });
      expect(await history.observe()).toBe('replaced');
      expect(await history.observe()).toBe('same');
    });

    it('finds its events by their positions', async () => {
      const one = await grow();
      const two = await grow();
      expect(await store().eventAt(one.position)).toEqual(one);
      expect(await store().eventAt('end')).toMatchObject({ position: two.position });
      expect(await store().eventAt(two.position + 1_000_000)).toBeUndefined();
    });
  });
}

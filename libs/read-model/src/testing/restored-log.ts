import { copyFileSync, rmSync } from 'node:fs';
import { SqliteEventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadModel } from '../port.js';
import { Projector } from '../projector.js';
import type { ReadModelHome } from './home.js';
import { tasks } from './tasks.js';

/** The cases of a log that was restored from an older copy while its views were kept. */
export function describeRestoredLog(home: () => Promise<ReadModelHome>): void {
  describe('a projector whose log was restored from an older copy', () => {
    let folder: TemporaryFolder;
    let place: ReadModelHome;
    let model: ReadModel;
    let log: SqliteEventStore;
    let projector: Projector | undefined;
    const errors: string[] = [];

    beforeEach(async () => {
      folder = await temporaryFolder();
      place = await home();
      model = place.open();
      log = new SqliteEventStore(folder.join('events.db'));
      errors.length = 0;
    });
    afterEach(async () => {
      await projector?.stop();
      await log.close();
      await place.remove();
      await folder.remove();
    });

    async function create(...ids: string[]): Promise<number> {
      let position = -1;
      for (const id of ids) {
        const event = { id: uuidv7(), type: 'Created', data: { tenant: 'n', title: id, priority: 1 }, metadata: {} };
        ({ position } = await log.append(`task-${id}`, [event], 'no_stream'));
      }
      return position;
    }

    async function follow(until: number): Promise<void> {
      const onError = ({ message }: Error): unknown => errors.push(message);
      projector = new Projector({ eventStore: log, readModel: model, projections: [tasks], onError });
      projector.start();
      await projector.caughtUp('tasks', until);
    }

    async function copy(): Promise<void> {
      await log.close();
      copyFileSync(folder.join('events.db'), folder.join('older.db'));
      log = new SqliteEventStore(folder.join('events.db'));
    }

    async function restore(): Promise<void> {
      await projector!.stop();
      await log.close();
      rmSync(folder.join('events.db'));
      copyFileSync(folder.join('older.db'), folder.join('events.db'));
      log = new SqliteEventStore(folder.join('events.db'));
    }

    const ids = async () => (await Array.fromAsync(model.view(tasks).scan())).map(({ id }) => id);

    it('rebuilds the view, so that it has nothing that the log lost', async () => {
      await follow(await create('a'));
      await projector!.stop();
      await copy();
      await follow(await create('b', 'c', 'd', 'e'));
      await restore();
      await follow(await create('f'));
      expect(await ids()).toEqual(['a', 'f']);
      expect(errors).toEqual([expect.stringContaining('rebuilding')]);
    });

    it('rebuilds it although the log has grown past it, when another reader has found the loss', async () => {
      await follow(await create('a'));
      await projector!.stop();
      await copy();
      await follow(await create('b', 'c'));
      const { place: before } = await model.live(tasks).then((live) => live!);
      await restore();
      await log.history.resume(before);
      await follow(await create('d', 'e', 'f', 'g', 'h'));
      expect(await ids()).toEqual(['a', 'd', 'e', 'f', 'g', 'h']);
      expect(errors).toHaveLength(1);
      await projector!.stop();
      await follow(await create('i'));
      expect(errors).toHaveLength(1); // once
    });

    it('rebuilds it when the log was emptied', async () => {
      await copy();
      await follow(await create('a', 'b'));
      await restore();
      await follow(await create('c', 'd', 'e', 'f', 'g', 'h'));
      expect(await ids()).toEqual(['c', 'd', 'e', 'f', 'g', 'h']);
    });
  });
}

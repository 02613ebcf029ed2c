import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VaultStore } from '../port.js';

export interface VaultStoreHome {
  /** Opens the same store again. */
  open(): Promise<VaultStore>;
  remove(): Promise<void>;
}

/** The suite that every adapter passes. */
export function describeVaultStore(name: string, home: () => Promise<VaultStoreHome>): void {
  describe(name, () => {
    let at: VaultStoreHome;
    let store: VaultStore;
    beforeEach(async () => {
      at = await home();
      store = await at.open();
    }, 30_000);
    afterEach(async () => {
      await store.close();
      await at.remove();
    });

    const bytes = (text: string) => new TextEncoder().encode(text);
    const put = async (id: string, value: Uint8Array) =>
      (await store.compareAndPut(id, (await store.get(id))?.version ?? 0, value))!;
    const textOf = async (id: string, from = store) => {
      const found = await from.get(id);
      return found && Buffer.from(found.value).toString();
    };

    it('keeps one label, which is no secret', async () => {
      expect(await store.label()).toBeUndefined();
      await store.setLabel({ installation: 'a' });
      await store.close();
      store = await at.open();
      expect(await store.label()).toEqual({ installation: 'a' });
      expect(await store.ids('')).toEqual([]);
    });

    it('returns what was stored, also after it was opened again', async () => {
      expect(await store.get('a')).toBeUndefined();
      const version = await put('a', Uint8Array.of(0, 255, 1));
      await store.close();
      store = await at.open();
      const found = (await store.get('a'))!;
      expect([found.version, [...found.value]]).toEqual([version, [0, 255, 1]]);
    });

    it('replaces a value only under the version that was read', async () => {
      expect(await store.compareAndPut('a', 1, bytes('no'))).toBeNull();
      const first = (await store.compareAndPut('a', 0, bytes('one')))!;
      expect(await store.compareAndPut('a', 0, bytes('no'))).toBeNull();
      const second = (await store.compareAndPut('a', first, bytes('two')))!;
      expect(second).toBeGreaterThan(first);
      expect(await store.compareAndPut('a', first, bytes('no'))).toBeNull();
      expect(await textOf('a')).toBe('two');
    });

    it('grows versions across a removal', async () => {
      const first = await put('a', bytes('one'));
      await store.remove('a');
      await store.remove('a');
      expect(await store.get('a')).toBeUndefined();
      expect(await store.compareAndPut('a', first, bytes('no'))).toBeNull();
      expect(await store.compareAndPut('a', 0, bytes('two'))).toBeGreaterThan(first);
    });

    it('lists ids by their beginning, without removed ones', async () => {
      for (const id of ['["x","a"]', '["x","b"]', '["x","ü%_"]', '["y","a"]', '["x"]']) await put(id, bytes('1'));
      await put('["x","a"]', bytes('2'));
      await store.remove('["x","b"]');
      expect(await store.ids('["x",')).toEqual(['["x","a"]', '["x","ü%_"]']);
      expect(await store.ids('')).toHaveLength(4);
    });

    it('never lets a writer that was overtaken succeed', async () => {
      const first = await put('a', bytes('0'));
      for (let n = 1; n < 50; n++) await put('a', bytes(`${n}`));
      expect(await store.compareAndPut('a', first, bytes('late'))).toBeNull();
      expect(await textOf('a')).toBe('49');
    }, 30_000);

    it('lets one of many writers at once succeed', async () => {
      const others = await Promise.all(Array.from({ length: 4 }, () => at.open()));
      for (let round = 0; round < 10; round++) {
        const { version = 0 } = (await store.get('a')) ?? {};
        const won = await Promise.all(others.map((one, n) => one.compareAndPut('a', version, bytes(`${round}-${n}`))));
        expect(won.filter((one) => one !== null)).toHaveLength(1);
        expect(await textOf('a')).toBe(`${round}-${won.findIndex((one) => one !== null)}`);
      }
      await Promise.all(others.map((one) => one.close()));
    }, 30_000);
  });
}

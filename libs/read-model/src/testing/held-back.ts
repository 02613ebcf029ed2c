import type { ReadModel } from '../port.js';

/** The same read model with delayed swaps: a slow rebuild. */
export function heldBack(model: ReadModel, begun: () => void, go: Promise<void>): ReadModel {
  return new Proxy(model, {
    get(target, property) {
      if (property === 'swap') {
        return async (...args: Parameters<ReadModel['swap']>) => {
          begun();
          await go;
          await target.swap(...args);
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

import { TidemarkError } from '@tidemark/contracts';

const idPattern = /^[\w:.-]{1,128}$/;

/** The id, when it is well-formed; anything else cannot exist. @throws TidemarkError NOT_FOUND */
export function parseId(id: unknown): string {
  if (typeof id !== 'string' || !idPattern.test(id)) throw new TidemarkError('NOT_FOUND', 'no such id');
  return id;
}

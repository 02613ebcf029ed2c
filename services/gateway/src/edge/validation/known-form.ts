import { TidemarkError } from '@tidemark/contracts';

const form = /^[\w:.-]{1,128}$/;

/** An id as it may be asked for; what cannot be one names nothing. @throws TidemarkError NOT_FOUND */
export function knownForm(id: unknown): string {
  if (typeof id !== 'string' || !form.test(id)) throw new TidemarkError('NOT_FOUND', 'no such id');
  return id;
}

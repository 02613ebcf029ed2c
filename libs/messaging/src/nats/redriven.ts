import { NatsError, type KV } from 'nats';

const WRONG_LAST_SEQUENCE = 10071;

/**
 * Whether `value` is the first that the key was given. A letter that was redriven, and whose redrive was killed before the
 * letter was deleted, may be stored twice once the server has forgotten the message's id: the first one delivered counts.
 */
export async function isFirstOf(bucket: KV, key: string, value: string): Promise<boolean> {
  const known = await bucket.get(key);
  if (known) return known.string() === value;
  try {
    await bucket.create(key, value);
    return true;
  } catch (error) {
    if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
    return isFirstOf(bucket, key, value);
  }
}

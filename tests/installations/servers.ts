import type { PortUrls } from '@tidemark/config';

/** URLs of the ports on the real servers that the environment names; undefined when one of them is not named. */
export function serverUrls(): PortUrls | undefined {
  const { NATS_URL: nats, EVENTSTORE_URL: eventStore, MONGODB_URL: readModel } = process.env;
  if (!nats || !eventStore || !readModel) return undefined;
  return { eventStore, broker: nats, readModel, blobs: nats };
}

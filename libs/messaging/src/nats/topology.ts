import {
  DiscardPolicy,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from 'nats';
import { storageOf, type Storage } from '../subjects.js';
import { DEDUPE_MS } from '../policy.js';
import type { Namespace } from './wire.js';

const WEEK_MS = 7 * 24 * 3_600_000;
const ALREADY_EXISTS = 10058;

/** The stream that stores a storage's messages. */
export function streamName(namespace: Namespace, storage: Storage): string {
  return `${namespace.name}_${storage.toUpperCase()}`;
}

export function streamOf(namespace: Namespace, subject: string): string {
  return streamName(namespace, storageOf(subject));
}

/**
 * Creates the three streams, or brings existing ones to this configuration; any number of processes may do it at once.
 *
 * WORK is a work queue: a message stays until the one consumer of its subject has acknowledged it, also when that consumer
 * does not exist yet. EVENTS go after seven days. DEAD letters stay until an operator deletes them.
 */
export async function ensureStreams(jsm: JetStreamManager, namespace: Namespace, replicas: number): Promise<void> {
  const common = {
    storage: StorageType.File,
    num_replicas: replicas,
    duplicate_window: nanos(DEDUPE_MS),
    discard: DiscardPolicy.New,
  };
  const { name } = namespace;
  const configs: (Partial<StreamConfig> & { name: string; subjects: string[] })[] = [
    {
      ...common,
      name: streamName(namespace, 'work'),
      subjects: [`${name}.work.>`, `${name}.ingest.>`],
      retention: RetentionPolicy.Workqueue,
    },
    {
      ...common,
      name: streamName(namespace, 'events'),
      subjects: [`${name}.evt.>`],
      retention: RetentionPolicy.Limits,
      max_age: nanos(WEEK_MS),
    },
    { ...common, name: streamName(namespace, 'dead'), subjects: [`${name}.dead.>`], retention: RetentionPolicy.Limits },
  ];
  for (const config of configs) await ensureStream(jsm, config);
}

async function ensureStream(
  jsm: JetStreamManager,
  config: Partial<StreamConfig> & { name: string; subjects: string[] },
): Promise<void> {
  try {
    await jsm.streams.add(config);
  } catch (error) {
    if (!(error instanceof NatsError) || error.api_error?.err_code !== ALREADY_EXISTS) throw error;
    await jsm.streams.update(config.name, config);
  }
}

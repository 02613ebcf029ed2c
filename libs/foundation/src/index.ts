export { Backoff, type BackoffLimits } from './backoff.js';
export { BoundedCache } from './bounded-cache.js';
export { sleep, systemClock, unlessAborted, type Clock, type SleepOptions } from './clock.js';
export {
  Conditions,
  isReady,
  severities,
  type Condition,
  type ConditionsListener,
  type ConditionsOptions,
  type Severity,
} from './conditions.js';
export { DaemonGroup, type DaemonGroupOptions } from './daemon-group.js';
export { daemonOf, type Daemon, type Stoppable } from './daemon.js';
export { uuidv5, uuidv5In } from './derived-ids.js';
export { DueHeap } from './due-heap.js';
export { firstLine, messageOf, toError } from './errors.js';
export { globOf } from './glob.js';
export { uuidv7 } from './ids.js';
export { instantOf, isInstant } from './instant.js';
export { canonicalJson, isJsonObject, type Json, type JsonObject } from './json.js';
export { isLabelled, type Labelled } from './labelled.js';
export { LoadingCache } from './loading-cache.js';
export { Loop, type LoopOptions } from './loop.js';
export { messagePattern } from './message-pattern.js';
export { PassedTime } from './passed-time.js';
export { SetAside } from './set-aside.js';
export { withTimeout } from './timeout.js';
export { trimEndOf } from './trim-end.js';
export { TokenBucket, type BucketRate } from './token-bucket.js';
export { visible } from './visible.js';

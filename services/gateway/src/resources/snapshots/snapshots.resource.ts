import type { Resource } from '../../edge/resource.js';
import { SnapshotsController } from './snapshots.controller.js';
import { Snapshots } from './snapshots.js';
import { snapshotRpcs } from './snapshots.rpc.js';

export const snapshots: Resource = { providers: [Snapshots], controllers: [SnapshotsController], rpcs: [snapshotRpcs] };

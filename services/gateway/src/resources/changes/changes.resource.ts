import type { Resource } from '../../edge/resource.js';
import { ChangesController } from './changes.controller.js';
import { Changes } from './changes.js';
import { changeRpcs } from './changes.rpc.js';

export const changes: Resource = { providers: [Changes], controllers: [ChangesController], rpcs: [changeRpcs] };

import type { Resource } from '../../edge/resource.js';
import { KeysController } from './keys.controller.js';
import { Keys } from './keys.js';
import { keyRpcs } from './keys.rpc.js';

export const keys: Resource = { providers: [Keys], controllers: [KeysController], rpcs: [keyRpcs] };

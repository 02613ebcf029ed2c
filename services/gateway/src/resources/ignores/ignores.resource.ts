import type { Resource } from '../../edge/resource.js';
import { IgnoresController } from './ignores.controller.js';
import { ignoreRpcs } from './ignores.rpc.js';
import { Ignores } from './ignores.js';

export const ignores: Resource = { providers: [Ignores], controllers: [IgnoresController], rpcs: [ignoreRpcs] };

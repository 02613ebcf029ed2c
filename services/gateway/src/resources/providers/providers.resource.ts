import type { Resource } from '../../edge/resource.js';
import { ProvidersController } from './providers.controller.js';
import { providerRpcs } from './providers.rpc.js';
import { Providers } from './providers.js';

export const providers: Resource = { providers: [Providers], controllers: [ProvidersController], rpcs: [providerRpcs] };

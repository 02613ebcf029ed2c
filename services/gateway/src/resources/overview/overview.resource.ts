import type { Resource } from '../../edge/resource.js';
import { OverviewController } from './overview.controller.js';
import { overviewRpcs } from './overview.rpc.js';
import { Overview } from './overview.js';

export const overview: Resource = { providers: [Overview], controllers: [OverviewController], rpcs: [overviewRpcs] };

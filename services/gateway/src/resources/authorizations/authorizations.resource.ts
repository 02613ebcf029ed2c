import type { Resource } from '../../edge/resource.js';
import { AuthorizationsController, CallbackController } from './authorizations.controller.js';
import { ConnectionAuthorizations } from './authorizations.js';
import { authorizationRpcs } from './authorizations.rpc.js';

export const authorizations: Resource = {
  providers: [ConnectionAuthorizations],
  controllers: [AuthorizationsController, CallbackController],
  rpcs: [authorizationRpcs],
};

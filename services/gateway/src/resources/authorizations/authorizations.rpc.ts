import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { fromBody } from '../../edge/validation/input.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { AuthorizeConnectionBody } from './authorizations.dto.js';
import { ConnectionAuthorizations } from './authorizations.js';

export const authorizationRpcs = rpcs('tidemark.v1.ConnectionService', ConnectionAuthorizations, (authorizations) => ({
  AuthorizeConnection: unary('write', (context, { id, ...input }) =>
    authorizations.begin(context, parseId(id), fromBody(AuthorizeConnectionBody, input)),
  ),
}));

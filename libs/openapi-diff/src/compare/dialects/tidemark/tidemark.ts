import type { Dialect } from '../../comparison.js';
import { isTyped } from '../../media-types.js';
import { matchParameters, readParameters } from '../../parameter.js';
import { pairPaths } from '../../paths.js';
import { schemas } from './schemas.js';
import { isInherited, renamedSchemes, securityMoves, usedScopes } from './security.js';

/** Descriptions as those who call the API read them. */
export const tidemark: Dialect = {
  readsAsWritten: false,
  conjoinsReferences: true,
  severityOf: (rule, harmless) => (harmless ? 'info' : rule.severity),
  overlooks: new Set(),
  reportsUsedSchemas: false,
  judgesPathsAsOne: false,
  pairPaths,
  readParameters: (side, owner) => readParameters(side, owner),
  matchParameters: (_, parameters, renamed) => matchParameters(parameters, renamed),
  isTyped,
  headerKey: (name) => name.toLowerCase(),
  // An operation without requirements of its own has those of the API, which are compared once.
  operationSecurity: (own, api) =>
    own.before === undefined && own.after === undefined
      ? own
      : { before: own.before ?? api.before, after: own.after ?? api.after },
  securityMoves: (requirements, of, sides) =>
    of === 'api' && !isInherited(sides) ? [] : securityMoves(sides, requirements),
  securityUse: (sides) => ({
    renamed: renamedSchemes(sides),
    scopes: usedScopes(sides.before),
    demanded: new Set(usedScopes(sides.after).keys()),
  }),
  foldsComponents: true,
  schemas,
};

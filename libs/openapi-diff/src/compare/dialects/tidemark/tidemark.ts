import type { Dialect } from '../../comparison.js';
import { BY_MEANING, isTyped, mediaMove } from '../../media-types.js';
import { readParameters } from '../../parameter.js';
import { pairPaths } from '../../paths.js';
import { asText, matchOnTheWire } from './parameters.js';
import { coveredResponses } from './responses.js';
import { schemas } from './schemas.js';
import { isInherited, renamedSchemes, securityMoves, usedScopes } from './security.js';

const RESPONSE_MOVES = { generalized: 'generalized', specialized: 'specialized', changed: 'replaced' } as const;

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
  matchParameters: matchOnTheWire,
  parameterSchemas: asText,
  isTyped,
  media: BY_MEANING,
  renamedMedia: (media, direction) => {
    const move = mediaMove(media, direction);
    if (move === undefined) return undefined;
    return direction === 'request'
      ? `request-body-media-type-${move}`
      : `response-media-type-name-${RESPONSE_MOVES[move]}`;
  },
  headerKey: (name) => name.toLowerCase(),
  // The media types of the content say it.
  ignoresHeader: (key) => key === 'content-type',
  coveredResponses,
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

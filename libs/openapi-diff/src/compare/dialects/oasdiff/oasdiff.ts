import { severityAt } from '../../../rules/rule.js';
import type { Dialect } from '../../comparison.js';
import { renameRule } from '../../media-types.js';
import { movesBetween, readRequirements } from '../../security-moves.js';
import { addedToPath, matchWithExploded, readOwnParameters } from './parameters.js';
import { pairPaths } from './paths.js';
import { schemas } from './schemas.js';

/** Exactly what oasdiff reports, also where it overlooks something. */
export const oasdiff: Dialect = {
  readsAsWritten: true,
  conjoinsReferences: false,
  // It has no milder severity for what is harmless, and no rules but its own.
  severityOf: ({ oasdiff: level, effect }) => level && severityAt(level, effect),
  overlooks: new Set([
    'outgoing',
    'parameter-content',
    'unstable-operations',
    'response-ranges',
    'header-schemas',
    'other-flows',
  ]),
  reportsUsedSchemas: true,
  judgesPathsAsOne: true,
  pairPaths,
  readParameters: readOwnParameters,
  matchParameters: matchWithExploded,
  addedToPath,
  // By the name as it is written.
  isTyped: (mediaType) => mediaType === 'application/json' || mediaType.endsWith('+json'),
  media: undefined,
  renamedMedia: (media, direction) => (direction === 'request' ? 'request-body-media-type-renamed' : renameRule(media)),
  headerKey: (name) => name,
  ignoresHeader: () => false,
  operationSecurity: (own) => own,
  // It counts a requirement that is repeated, and passes over empty ones of operations.
  securityMoves: ({ before, after }, of) => {
    if (before === after) return [];
    const counts = ({ key }: { key: string }): boolean => key !== '' || of === 'api';
    return movesBetween(readRequirements(before).filter(counts), readRequirements(after).filter(counts));
  },
  foldsComponents: false,
  schemas,
};

import type { DestinationSettings, FieldFault } from '@tidemark/contracts';
import { mappingProblems } from '@tidemark/mapping/problems';

/** Problems of destinations that need no connector to be seen; fields as paths from the connection. */
export const destinationProblems = (destinations: readonly DestinationSettings[]): readonly FieldFault[] =>
  destinations.flatMap(({ object, key, mode, mapping = [] }, index) => {
    const field = (name: string) => `destinations[${index}].${name}`;
    const placeholder = object?.match(/\{(?!object\})[^}]*\}?/)?.[0];
    return [
      ...(placeholder
        ? [{ field: field('object'), message: `has ${placeholder}; the only placeholder is {object}` }]
        : []),
      ...(key?.length === 0 && mode !== 'append'
        ? [{ field: field('key'), message: 'must name at least one field: rows are identified by it' }]
        : []),
      ...(mapping.length === 0 ? [] : mappingProblems(mapping, key)).map((one) => ({
        field: `${field('mapping')}${one.field}`,
        message: one.message,
      })),
    ];
  });

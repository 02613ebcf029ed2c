import type { Both } from '../../both.js';
import type { JsonObject } from '../../json.js';

const BINARY = 'application/octet-stream';

/**
 * OpenAPI 3.1 says with `contentEncoding` and `contentMediaType` what 3.0 says with the formats `byte`
 * and `binary`. When the two sides say it in different ways, the older one is put in the newer way.
 */
export const alignContent = ({ before, after }: Both<JsonObject>): Both<JsonObject> => {
  if (isOlder(before) && isNewer(after)) return { before: modern(before, after), after };
  if (isNewer(before) && isOlder(after)) return { before, after: modern(after, before) };
  return { before, after };
};

const isOlder = (schema: JsonObject): boolean => schema['format'] === 'byte' || schema['format'] === 'binary';

const isNewer = (schema: JsonObject): boolean =>
  schema['format'] === undefined &&
  (schema['contentEncoding'] !== undefined || schema['contentMediaType'] !== undefined);

const modern = (schema: JsonObject, other: JsonObject): JsonObject => {
  const { format, type, ...rest } = schema;
  const said = format === 'byte' ? { contentEncoding: 'base64' } : { contentMediaType: BINARY };
  // The newer way may leave out the type: raw bytes are not a JSON string.
  return {
    ...rest,
    ...(other['type'] === undefined && format === 'binary' ? {} : { type: type ?? 'string' }),
    ...said,
  };
};

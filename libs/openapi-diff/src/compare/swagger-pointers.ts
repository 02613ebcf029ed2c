import { asArray, asObject, type JsonObject } from '../json.js';
import { escapePointer, joinPointer, valueAt } from '../pointers.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import { parameterKey, type SourcePlace } from './source-place.js';

const SECTIONS: Record<string, string> = {
  schemas: 'definitions',
  responses: 'responses',
  parameters: 'parameters',
  requestBodies: 'parameters',
  securitySchemes: 'securityDefinitions',
};

/** Where a pointer into the 3.x form of an OpenAPI 2.0 document leads in the document itself. */
export const swaggerStart = (document: JsonObject, api: CanonicalApi, segments: string[]): SourcePlace => {
  const [first, second, third, fourth, fifth] = segments;
  if (first === 'components' && second !== undefined && third !== undefined) {
    return past({ at: joinPointer([SECTIONS[second] ?? second, third]), used: 3 }, segments, second);
  }
  if (first === 'servers') return { at: document['host'] === undefined ? '/basePath' : '/host', used: 0, final: true };
  if (first !== 'paths' || second === undefined || third === undefined || fifth === undefined)
    return { at: '', used: 0 };
  const path = joinPointer([first, second]);
  const owners = [`${path}/${third}`, path];
  if (fourth === 'responses')
    return past({ at: `${path}/${third}/responses/${escapePointer(fifth)}`, used: 5 }, segments, 'responses');
  if (fourth === 'requestBody') return requestBody(document, owners, segments);
  if (fourth !== 'parameters') return { at: '', used: 0 };
  const wanted = parameterKey(api as JsonObject, valueAt(api as JsonObject, joinPointer(segments.slice(0, 5))));
  const at = findParameter(document, owners, (key) => key === wanted);
  return at === undefined
    ? { at: `${path}/${third}`, used: 0, final: true }
    : past({ at, used: 5 }, segments, 'parameters');
};

/** Steps that 2.0 does not have (`content`, the media type, a parameter's `schema`) are passed over. */
const past = (place: SourcePlace, segments: string[], section: string): SourcePlace => {
  const [step, , after] = segments.slice(place.used);
  if (section === 'responses' && step === 'content') {
    return after === 'schema' ? { at: `${place.at}/schema`, used: place.used + 3 } : { ...place, final: true };
  }
  if (section === 'responses' && step === 'headers' && after === 'schema') {
    return { at: `${place.at}/headers/${escapePointer(segments[place.used + 1] as string)}`, used: place.used + 3 };
  }
  if (section === 'parameters' && step === 'schema') return { ...place, used: place.used + 1 };
  if (section === 'requestBodies' && step === 'content') {
    return after === 'schema' ? { at: `${place.at}/schema`, used: place.used + 3 } : { ...place, final: true };
  }
  return place;
};

const requestBody = (document: JsonObject, owners: string[], segments: string[]): SourcePlace => {
  const inSchema = segments[4] === 'content' && segments[6] === 'schema';
  const body = findParameter(document, owners, (key) => key.startsWith('body '));
  if (body !== undefined) return inSchema ? { at: `${body}/schema`, used: 7 } : { at: body, used: 0, final: true };
  const name = inSchema && segments[7] === 'properties' ? segments[8] : undefined;
  const field = name === undefined ? undefined : findParameter(document, owners, (key) => key === `formData ${name}`);
  return field === undefined ? { at: owners[0] as string, used: 0, final: true } : { at: field, used: 9 };
};

const findParameter = (document: JsonObject, owners: string[], test: (key: string) => boolean): string | undefined => {
  for (const owner of owners) {
    const parameters = asArray(asObject(valueAt(document, owner))['parameters']);
    const index = parameters.findIndex((parameter) => test(parameterKey(document, parameter)));
    if (index !== -1) return `${owner}/parameters/${index}`;
  }
  return undefined;
};

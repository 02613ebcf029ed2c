import { z } from 'zod';
import { parameter } from './fields.config.js';

/** `a.b[0].c`: a member of a body. */
const BODY_PATH = /^[^.[\]]+(?:\.[^.[\]]+|\[\d{1,3}\])*$/;
/** Headers that the HTTP client or the credential sets. */
const OWN_HEADERS = /^(authorization|proxy-.*|cookie2?|host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|accept-encoding)$/i; // prettier-ignore

const MESSAGE = 'must be a name, or an object of `in` (query, body, path or header) and `name`';

/** Where a value goes in a request: a parameter by name, or a named part of the request. */
export const placement = z
  .union([parameter, z.strictObject({ in: z.enum(['query', 'body', 'path', 'header']), name: parameter })], {
    error: ({ input }) => (input === undefined ? 'is required' : MESSAGE),
  })
  .superRefine((place, context) => {
    if (typeof place === 'string') return;
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['name'], message });
    if (place.in === 'header' && (!/^[\w!#$%&'*+.^`|~-]+$/.test(place.name) || OWN_HEADERS.test(place.name)))
      refuse('is not a header that can be set');
    if (place.in === 'body' && !BODY_PATH.test(place.name)) refuse('must be a path such as filters[0].value');
    if (place.in === 'body' && /(?:^|\.)(?:__proto__|constructor|prototype)(?:$|[.[])/.test(place.name))
      refuse('must be a path such as filters[0].value');
  });

export type Placement = z.infer<typeof placement>;

import type { JsonObject } from '../../json.js';

/** Keywords that say something about a value without restricting it. */
const ANNOTATIONS = new Set([
  'title',
  'description',
  'examples',
  'example',
  'default',
  'externalDocs',
  '$comment',
  'deprecated',
  'xml',
  '$schema',
  '$id',
  '$anchor',
  '$defs',
]);

/** Whether a keyword restricts nothing. */
export const isAnnotation = (keyword: string): boolean => ANNOTATIONS.has(keyword) || keyword.startsWith('x-');

/** Whether a schema restricts nothing. */
export const isAnnotationOnly = (schema: JsonObject): boolean => Object.keys(schema).every(isAnnotation);

export * from './decorators.js';
export * from './derive.js';
export * from './field-type.js';
export * from './json-schema.js';
export * from './text.js';
export { fieldsOf, namedShapes, nameOf, type Field as FieldDefinition, type Shape as ShapeClass } from './shape.js';

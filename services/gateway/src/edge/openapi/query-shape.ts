import { ApiProperty } from '@nestjs/swagger';
import { fieldSchema, fieldsOf, Shape, type ShapeClass } from '@tidemark/contracts/fields';

/** A shape whose fields are parameters of a query. */
export const QueryShape =
  <T extends object>() =>
  (shape: ShapeClass<T>): void => {
    Shape<T>()(shape);
    for (const [name, field] of fieldsOf(shape))
      ApiProperty({ ...fieldSchema(field), required: !field.optional })(shape.prototype as object, name);
  };

import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { ShapeClass } from '@tidemark/contracts/fields';
import { validated } from '@tidemark/contracts/validation';

/** Validates bodies and queries by the shape that the handler declares. */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    return validated(metatype as ShapeClass, value ?? {}, { from: type });
  }
}

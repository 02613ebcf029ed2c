import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { validated } from './validate.js';

/** Checks bodies and queries against the class that the handler declares. */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    return validated(metatype as new () => object, value ?? {});
  }
}

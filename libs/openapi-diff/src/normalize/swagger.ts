import { asArray, asObject, asString, isObject, type Json, type JsonObject } from '../json.js';
import { valueAt } from '../pointers.js';
import { METHODS } from './kinds.js';
import {
  extensions,
  formSchema,
  mapValues,
  serialization,
  servers,
  splitSchema,
  securityScheme,
} from './swagger-parts.js';

const BODY_PLACES: ReadonlySet<Json | undefined> = new Set(['body', 'formData']);

/**
 * An OpenAPI 2.0 document in the shape of 3.0. Only the parts that moved are rebuilt; schemas are taken
 * over as they are, their references too: see `redirect`.
 */
export const upgradeSwagger = (document: JsonObject): JsonObject => new SwaggerUpgrade(document).run();

class SwaggerUpgrade {
  /** Targets of references; shared parameters are resolved many times. */
  readonly targets = new Map<string, JsonObject>();

  constructor(readonly document: JsonObject) {}

  run(): JsonObject {
    const {
      swagger: _swagger,
      host,
      basePath,
      schemes,
      consumes: _consumes,
      produces: _produces,
      paths,
      definitions,
      parameters: _parameters,
      responses,
      securityDefinitions,
      ...rest
    } = this.document;
    return {
      openapi: '3.0.0',
      ...rest,
      ...servers(host, basePath, schemes),
      paths: mapValues(paths, (item, path) => (path.startsWith('x-') ? (item as Json) : this.pathItem(item))),
      components: {
        schemas: definitions ?? {},
        responses: mapValues(responses, (response) => this.response(response, this.document['produces'])),
        ...this.sharedParameters(),
        securitySchemes: mapValues(securityDefinitions, securityScheme),
      },
    };
  }

  /** Shared body parameters become request bodies, the others stay parameters. */
  sharedParameters(): JsonObject {
    const parameters: JsonObject = {};
    const requestBodies: JsonObject = {};
    for (const [name, parameter] of Object.entries(asObject(this.document['parameters']))) {
      const { in: place } = asObject(parameter);
      if (place === 'body') requestBodies[name] = this.body([asObject(parameter)], undefined) as Json;
      else if (place !== 'formData') parameters[name] = this.parameter(asObject(parameter));
    }
    return { parameters, requestBodies };
  }

  pathItem(item: Json | undefined): Json {
    const { parameters: shared, ...rest } = asObject(item);
    const common = asArray(shared).filter((parameter) => !BODY_PLACES.has(this.resolve(parameter)['in']));
    const parameters = common.map((parameter) => this.parameterOrRef(parameter));
    const out: JsonObject = { ...rest, ...(common.length === 0 ? {} : { parameters }) };
    for (const method of Object.keys(rest)) {
      if (METHODS.has(method) && isObject(rest[method])) out[method] = this.operation(rest[method], asArray(shared));
    }
    return out;
  }

  operation(operation: JsonObject, shared: Json[]): JsonObject {
    const { consumes, produces, schemes, parameters, responses, ...rest } = operation;
    const mine = asArray(parameters);
    const overridden = new Set(mine.map((parameter) => this.key(parameter)));
    const all = [...mine, ...shared.filter((parameter) => !overridden.has(this.key(parameter)))];
    const places = all.map((parameter) => ({ parameter, resolved: this.resolve(parameter) }));
    const inBody = places.filter(({ resolved }) => BODY_PLACES.has(resolved['in']));
    const others = places.filter((place) => !inBody.includes(place));
    const requestBody =
      inBody.length === 0
        ? undefined
        : this.body(
            inBody.map(({ resolved }) => resolved),
            consumes,
          );
    return {
      ...rest,
      ...(others.length === 0 ? {} : { parameters: others.map(({ parameter }) => this.parameterOrRef(parameter)) }),
      ...(requestBody !== undefined && { requestBody }),
      ...(schemes === undefined ? {} : servers(this.document['host'], this.document['basePath'], schemes)),
      responses: mapValues(responses, (response, code) =>
        code.startsWith('x-') ? (response as Json) : this.response(response, produces ?? this.document['produces']),
      ),
    };
  }

  key(parameter: Json): string {
    const { in: place, name } = this.resolve(parameter);
    return `${asString(place) ?? ''} ${asString(name) ?? ''}`;
  }

  resolve(parameter: Json | undefined): JsonObject {
    const ref = asString(asObject(parameter)['$ref']);
    if (ref !== undefined) {
      let target = this.targets.get(ref);
      if (target === undefined) this.targets.set(ref, (target = asObject(valueAt(this.document, ref))));
      return target;
    }
    return isObject(parameter) ? parameter : {};
  }

  parameterOrRef(parameter: Json): Json {
    const resolved = this.resolve(parameter);
    return resolved === parameter ? this.parameter(resolved) : (parameter ?? {});
  }

  parameter(parameter: JsonObject): JsonObject {
    const { collectionFormat, ...all } = parameter;
    const { schema, rest } = splitSchema(all);
    const style = serialization(asString(collectionFormat), schema['type'], asString(parameter['in']));
    return { ...rest, ...style, schema };
  }

  /** A `body` parameter or the `formData` parameters, as a request body for each media type consumed. */
  body(parameters: JsonObject[], consumes: Json | undefined): JsonObject | undefined {
    const types = asArray(consumes ?? this.document['consumes']).filter((type) => typeof type === 'string');
    const body = parameters.find((parameter) => parameter['in'] === 'body');
    if (body !== undefined) {
      const { in: _in, name: _name, schema, required, description, ...rest } = body;
      const media = { ...(schema !== undefined && { schema }) };
      return {
        ...(description !== undefined && { description }),
        ...extensions(rest),
        ...(required === true ? { required } : {}),
        content: Object.fromEntries((types.length === 0 ? ['application/json'] : types).map((type) => [type, media])),
      };
    }
    const form = formSchema(parameters);
    const fallback = parameters.some((parameter) => parameter['type'] === 'file')
      ? 'multipart/form-data'
      : 'application/x-www-form-urlencoded';
    return {
      ...(form.required !== undefined && { required: true }),
      content: Object.fromEntries(
        (types.length === 0 ? [fallback] : types).map((type) => [
          type,
          { schema: form.schema, ...(form.encoding && { encoding: form.encoding }) },
        ]),
      ),
    };
  }

  response(response: Json | undefined, produces: Json | undefined): Json {
    if (!isObject(response) || response['$ref'] !== undefined) return response ?? {};
    const { schema, headers, examples, ...rest } = response;
    const types = asArray(produces).filter((type) => typeof type === 'string');
    const shown = asObject(examples);
    const names = types.length === 0 ? [...new Set(['application/json', ...Object.keys(shown)])] : types;
    const content =
      schema === undefined
        ? undefined
        : Object.fromEntries(
            names.map((type) => [type, { schema, ...(shown[type] !== undefined && { example: shown[type] }) }]),
          );
    return {
      ...rest,
      ...(headers !== undefined && { headers: mapValues(headers, (header) => this.header(asObject(header))) }),
      ...(content !== undefined && { content }),
    };
  }

  header(header: JsonObject): JsonObject {
    const { collectionFormat: _format, ...all } = header;
    const { schema, rest } = splitSchema(all);
    return { ...rest, schema };
  }
}

const MOVED: [from: string, to: string][] = [
  ['#/definitions/', '#/components/schemas/'],
  ['#/parameters/', '#/components/parameters/'],
  ['#/responses/', '#/components/responses/'],
];

/** Where a reference of 2.0 leads in the 3.x form. */
export const redirect = (ref: string): string => {
  for (const [from, to] of MOVED) if (ref.startsWith(from)) return to + ref.slice(from.length);
  return ref;
};

import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { componentsOf, namedShapes, shaped } from '@tidemark/contracts/fields';

/** The OpenAPI description: routes from the controllers, schemas from the shapes that they name. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tidemark')
    .setDescription('Durable, traceable sync jobs, and the changes of the APIs that you depend on.')
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: tmk_…' }, 'key')
    .build();
  const operationIdFactory = (controller: string, method: string) =>
    `${controller.replace(/Controller$/, '').toLowerCase()}.${method}`;
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory });
  const named = Object.keys(document.components?.schemas ?? {}).flatMap((name) => namedShapes().get(name) ?? []);
  const schemas = componentsOf(
    named.map((shape) => shaped(() => shape)),
    { closed: false },
  );
  return { ...document, components: { ...document.components, schemas } } as OpenAPIObject;
}

/** Serves it at /openapi.json, and for people at /docs; nothing is loaded from elsewhere. */
export function serveDocs(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= describeApi(app)), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Tidemark API',
    // A key that is entered stays in the memory of the page.
    swaggerOptions: { validatorUrl: null },
  });
}

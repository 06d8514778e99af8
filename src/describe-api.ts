import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { CustomerChanges } from './customer-changes/change.schema.ts';
import { CustomerLink } from './customer-links/customer-link.schema.ts';
import { PROFILE_SCHEMAS } from './customer-profiles/profile.schema.ts';
import { COMMON_HEADERS, withCommonParts } from './every-operation.openapi.ts';
import { ProblemBody } from './problems/problem.ts';

/**
 * The OpenAPI 3.1 description of every route; `docs/openapi.json` is a checked-in copy.
 * @param publicUrl where callers reach the service; '' for the host that serves the description
 */
export function describeApi(app: NestFastifyApplication, publicUrl: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Customer profiles')
    .setDescription(
      'One internal GET returns a customer’s profile from every system. Each route that accepts GET also accepts HEAD. docs/errors.md, at /docs/errors.md, explains every error.',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(publicUrl === '' ? '/' : publicUrl)
    .addTag('customer profiles', 'Customers, merged from every system.')
    .addTag('customer links', 'The link from a customer to its billing customer.')
    .addTag('customer erasures', 'Erase customers, and keep them erased.')
    .addTag('changes', 'Changes of profiles, for consumers that keep copies.')
    .addTag('callers', 'The caller of a request.')
    .addTag('health', 'For the orchestrator, and for the person on call.')
    .addTag('operation', 'For monitoring.')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'When AUTH_MODE is api-key.' }, 'apiKey')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'When AUTH_MODE is jwt.' },
      'jwt',
    )
    .addSecurityRequirements('apiKey')
    .addSecurityRequirements('jwt')
    .addSecurityRequirements({});
  const document = SwaggerModule.createDocument(app, builder.build());
  const schemas = { ...PROFILE_SCHEMAS, CustomerChanges, CustomerLink, Problem: ProblemBody };
  const components = { ...document.components, schemas, headers: COMMON_HEADERS };
  return { ...document, paths: mainFirst(withCommonParts(document.paths)), components };
}

/** The profile comes first, because the service exists for it. */
function mainFirst(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const isMain = ([path]: readonly [string, unknown]): boolean => path === '/v1/customer-profiles/{customerId}';
  const [main, others] = [Object.entries(paths).filter(isMain), Object.entries(paths).filter((each) => !isMain(each))];
  return Object.fromEntries([...main, ...others]);
}

/** Serves the description at /openapi.json and a browsable reference at /docs. */
export function serveApiReference(app: NestFastifyApplication, publicUrl: string): void {
  // Created on first use: most processes never serve it.
  SwaggerModule.setup('docs', app, () => describeApi(app, publicUrl), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Customer profiles',
  });
}

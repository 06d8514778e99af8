import { applyDecorators } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiOrganisation } from '../openapi/parameters.ts';
import { type ProblemCode } from './problem.ts';
import { problemResponses } from './problem-responses.ts';

/**
 * Documents the errors of a route, or of every route of a controller. Several decorators on one route add up, even for the
 * same status.
 */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const responses = Object.entries(problemResponses(codes));
  return (target: object, name?: string | symbol, handler?: PropertyDescriptor): void => {
    // The library lets a response of a method replace one of its class, so those of a class go to its methods.
    const documented =
      name !== undefined && handler ? [[target, name, handler] as const] : handlersOf(target as ControllerClass);
    for (const [prototype, method, descriptor] of documented)
      for (const [status, response] of responses)
        ApiResponse({ ...response, status: Number(status) })(prototype, method, descriptor);
  };
}

/** The errors of every route that needs credentials. `source_unavailable`: the keys of callers' tokens cannot be fetched. */
export const ApiCallersProblems = (): MethodDecorator & ClassDecorator =>
  ApiProblems('unauthenticated', 'forbidden', 'too_many_requests', 'source_unavailable');

/** Documents a controller whose routes answer for an organisation: its header, and the errors that any such route has. */
export const ApiOrganisationRoutes = (tag: string, ...codes: readonly ProblemCode[]): ClassDecorator =>
  applyDecorators(
    ApiTags(tag),
    ApiOrganisation(),
    ApiCallersProblems(),
    ApiProblems('invalid_request', 'unknown_organisation', ...codes),
  );

interface ControllerClass {
  readonly prototype: object;
}

/** @see Nest's decorators of routes, such as `@Get`, which leave the path of a route on its method */
function handlersOf({ prototype }: ControllerClass): readonly (readonly [object, string, PropertyDescriptor])[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, descriptor]) =>
    typeof descriptor.value === 'function' && Reflect.hasMetadata('path', descriptor.value as object)
      ? [[prototype, name, descriptor] as const]
      : [],
  );
}

import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { ApiProblems } from '../problems/problem.openapi.ts';
import { AUDITED, AuditInterceptor, type AuditOptions } from './audit.interceptor.ts';

/** Each request of the route writes an audit line, which names its customer. Without room for the line it answers 503. */
export const Audited = (options: AuditOptions = {}): MethodDecorator =>
  applyDecorators(SetMetadata(AUDITED, options), UseInterceptors(AuditInterceptor), ApiProblems('audit_unavailable'));

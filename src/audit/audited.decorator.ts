import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { ApiProblems } from '../problems/problem.openapi.ts';
import { AUDITED, AuditInterceptor, type AuditOptions } from './audit.interceptor.ts';

/** The route's requests leave an audit line each, which names the customer of the path. They answer 503 when none can be written. */
export const Audited = (options: AuditOptions = {}): MethodDecorator =>
  applyDecorators(SetMetadata(AUDITED, options), UseInterceptors(AuditInterceptor), ApiProblems('audit_unavailable'));

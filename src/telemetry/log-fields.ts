import { type FastifyRequest } from 'fastify';

/** Adds fields to the request's log line. */
export function addLogFields(request: FastifyRequest, fields: NonNullable<FastifyRequest['logFields']>): void {
  request.logFields = { ...request.logFields, ...fields };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Fields that handlers add to the request's log line. */
    logFields?: {
      /** The caller's own id, when it was replaced. */
      replacedRequestId?: string;
      caller?: string;
      cacheDemand?: string;
      organisation?: string;
      cache?: string;
      complete?: boolean;
      /** The code of the problem in the answer. */
      code?: string;
      source?: string;
      state?: string;
      reason?: string;
    };
  }
}

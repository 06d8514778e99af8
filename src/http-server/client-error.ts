import { type Socket } from 'node:net';
import { Problem, PROBLEM_MEDIA_TYPE } from '../problems/problem.ts';

/**
 * Answers bytes that never became a request: not HTTP, or headers too large or too slow. Closes the connection.
 * @returns the problem that it has sent; null when the client has left
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  requestId: string,
  publicUrl: string,
): Problem | null {
  if (error.code === 'ECONNRESET' || socket.destroyed) return null;
  // A connection that was opened ahead of need has sent nothing: its client would take an answer for the one to its first
  // request.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) {
    socket.destroy();
    return null;
  }
  const problem = clientProblem(error.code);
  const body = JSON.stringify(problem.toBody(requestId, publicUrl));
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${problem.status} \r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
        `X-Request-Id: ${requestId}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroySoon();
  return problem;
}

function clientProblem(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', 'Send the whole request sooner.');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', 'Send fewer or shorter headers.');
    default:
      return new Problem('invalid_request', 'The bytes received are not a valid HTTP/1.1 request.');
  }
}

/** The name of this service, for logs, traces, and the other sides of its connections. */
export const SERVICE_NAME = 'customer-profiles';

/** The resolvers that can say which billing customer a reseller customer is. */
export const LINK_RESOLVER_NAMES = ['request', 'link-store', 'billing-external-id'] as const;

export type LinkResolverName = (typeof LINK_RESOLVER_NAMES)[number];

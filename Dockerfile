# syntax=docker/dockerfile:1
# The image brings the same major of Node as package-lock.json does, so that one is left out (--omit=optional).
# Pin it by digest with --build-arg NODE_IMAGE=node@sha256:…: docs/deployment.md.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
# With the optional packages: esbuild's compiler is one.
RUN npm ci
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src ./src
COPY tools/bundle-service.ts ./tools/
RUN node_modules/.bin/nest build && node tools/bundle-service.ts
COPY client/src ./client/src
COPY console ./console
COPY tools/build-console.ts ./tools/
RUN node tools/build-console.ts
# Nothing reads them: the service runs without --enable-source-maps.
RUN find dist -name '*.map' -delete

FROM base AS dependencies
RUN npm ci --omit=dev --omit=optional
# With --omit=dev, npm sbom leaves out every package that the development packages need as well.
RUN npm pkg delete devDependencies optionalDependencies && npm sbom --sbom-format=cyclonedx > sbom.json
# Types, source maps, TypeScript sources and documents: half of the bytes, and read by nobody at run time. Licences stay.
RUN find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -iname '*.md' \) \
  ! -iname 'licen[cs]e*' ! -iname 'notice*' ! -iname 'copying*' -delete

# Both upstreams as one local server, for docker-compose.yml alone. It has no dependencies.
FROM ${NODE_IMAGE} AS sandbox
WORKDIR /app
COPY package.json ./
COPY sandbox ./sandbox
ENV HOST=0.0.0.0 PORT=4010
USER node
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=2s --retries=10 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4010/_sandbox/customers').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "sandbox/main.ts"]

FROM ${NODE_IMAGE} AS service
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="customer-profile-service" \
  org.opencontainers.image.description="One internal GET returns a customer as every system knows it." \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
# For the metric that says which build runs.
ENV SERVICE_REVISION="${REVISION}"
# The heap may have half of the container's memory limit: docs/performance.md has what stands beside it.
ENV NODE_OPTIONS="--max-old-space-size-percentage=50 --max-semi-space-size=8"
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies /app/sbom.json ./
COPY --from=build /app/dist ./dist
COPY --from=build /app/console/dist ./console/dist
COPY package.json ./
COPY docs/errors.md ./docs/errors.md
# Nothing is written to disk: the root file system may be read-only.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s \
  CMD ["node", "-e", "const { HOST, PORT } = process.env, host = !HOST || HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST; fetch(`http://${host.includes(':') ? `[${host}]` : host}:${PORT || 3000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# In a small heap V8 collects the old generation whenever it has grown by 30 %. With 50 % a cold read costs a tenth less.
CMD ["node", "--heap-growing-percent=50", "dist/main.js"]

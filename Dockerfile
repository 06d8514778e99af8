# syntax=docker/dockerfile:1
# The image brings the same major of Node as package-lock.json does, so that one is left out (--omit=optional).
FROM node:24-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN npm ci --omit=optional
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src ./src
RUN node_modules/.bin/nest build

FROM base AS dependencies
RUN npm ci --omit=dev --omit=optional

# Both upstreams as one local server, for docker-compose.yml alone. It has no dependencies.
FROM node:24-bookworm-slim AS sandbox
WORKDIR /app
COPY package.json ./
COPY sandbox ./sandbox
ENV HOST=0.0.0.0 PORT=4010
USER node
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=2s --retries=10 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4010/_sandbox/customers').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "sandbox/main.ts"]

FROM node:24-bookworm-slim AS service
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY docs/errors.md ./docs/errors.md
# Nothing is written to disk: the root file system may be read-only.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s \
  CMD ["node", "-e", "const { HOST, PORT } = process.env, host = !HOST || HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST; fetch(`http://${host.includes(':') ? `[${host}]` : host}:${PORT || 3000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]

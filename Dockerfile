# The control plane: `node api/main.ts`, or `node api/migrate.ts` with DATABASE_ADMIN_URL. PostgreSQL is outside.
ARG NODE=24.21.0

FROM node:${NODE}-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
COPY api/package.json api/
# The embedded PostgreSQL is an optional dependency.
RUN npm ci --workspace api --include-workspace-root=false --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:${NODE}-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=dependencies /app ./
COPY sdk/policy sdk/policy
COPY api api
# Nothing is written: the root file system may be read-only, and all of it belongs to root.
USER 1000:1000
EXPOSE 8080
CMD ["node", "api/main.ts"]

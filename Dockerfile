# TypeScript runs as it is: Node strips the types, and refuses to only below node_modules. There is no build step.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
# V8 lets its young generation grow to 128 MB on a large node, for what is thrown away at once: docs/performance.md.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=2
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
# Reading /var/log/pods needs root, or a group that may read kubelet's files: the DaemonSet sets `runAsUser: 0` and drops
# every capability. Everywhere else an ordinary user does.
USER node
ENTRYPOINT ["node", "/app/src/main.ts"]
CMD ["--help"]

# TypeScript runs as it is: Node strips the types, and refuses to only below node_modules. There is no build step.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
# Reading /var/log/pods needs root, or a group that may read kubelet's files: the DaemonSet sets `runAsUser: 0` and drops
# every capability. Everywhere else an ordinary user does.
USER node
ENTRYPOINT ["node", "/app/src/main.ts"]
CMD ["--help"]

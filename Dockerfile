# syntax=docker/dockerfile:1
# One image, two commands: `web` (the console) and `worker` (everything that speaks to AWS).
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc ./
# A registry of one's own, and the authority behind its certificate, come in as secrets: nothing of them stays in a layer.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    if [ -s /run/secrets/ca.pem ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca.pem; fi; npm ci
COPY . .
RUN npm run build

FROM ${NODE_IMAGE}
WORKDIR /belfry
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000
COPY --from=build /src/.next/standalone ./
COPY --from=build /src/.next/static ./.next/static
COPY --from=build /src/dist/worker.mjs ./worker.mjs
COPY --from=build /src/prisma/migrations ./prisma/migrations
COPY --chmod=755 infra/image/entry.sh /usr/local/bin/belfry
USER node
EXPOSE 3000
ENTRYPOINT ["belfry"]
CMD ["web"]

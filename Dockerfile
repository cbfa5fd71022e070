# SPDX-License-Identifier: MIT
# Images of Next Chat, each with one program and what it is linked with:
#   server       nextchat-server, on port 5000
#   sqlmigrate   nextchat-sqlmigrate, for the migration job
#   autotest     nextchat-autotest, for `helm test`
# build.ps1 builds all of them. Any Debian 12 or later will do as the base; .ci/runtime-packages finds out what it calls the libraries.
ARG BASE=docker.io/library/debian:bookworm-slim

# --- the build ---
FROM ${BASE} AS build
ENV DEBIAN_FRONTEND=noninteractive
# Packages first: a change to a source does not install them anew.
COPY .ci/install-packages .ci/packages-build.txt /src/.ci/
RUN /src/.ci/install-packages /src/.ci/packages-build.txt \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
# The compiler's cache stays outside of the image. Programs without symbols, the same for the same sources and packages.
RUN --mount=type=cache,target=/ccache \
    export CCACHE_DIR=/ccache CXXFLAGS="-ffile-prefix-map=/src=." \
    && cmake -S /src -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG -DQT_NO_DEBUG" \
    && cmake --build /build --target nextchat-server nextchat-sqlmigrate nextchat-autotest \
    && for program in server sqlmigrate autotest; do \
        install -D -s -t "/out/$program/usr/bin" "/build/bin/nextchat-$program" \
        && install -D -m 644 -t "/out/$program/usr/share/doc/nextchat" /src/LICENSE \
        && /src/.ci/runtime-packages "/build/bin/nextchat-$program" > "/out/$program.packages"; \
    done

# --- what all images share ---
FROM ${BASE} AS runtime
ENV DEBIAN_FRONTEND=noninteractive
# A number, so that Kubernetes can tell that it is not root (runAsNonRoot).
RUN groupadd --system --gid 10001 nextchat \
    && useradd --system --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin nextchat \
    && rm -f /var/log/*.log /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid-
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Next Chat" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# --- nextchat-sqlmigrate ---
FROM runtime AS sqlmigrate
# Qt's database drivers are plugins, which no program is linked with.
RUN --mount=type=bind,from=build,source=/out,target=/out \
    apt-get update -q \
    && xargs -a /out/sqlmigrate.packages apt-get install -q -y --no-install-recommends libqt6sql6-mysql libqt6sql6-sqlite \
    && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/cache/debconf/* /var/log/apt /var/log/*.log
COPY --from=build /out/sqlmigrate /
LABEL org.opencontainers.image.title="nextchat-sqlmigrate" \
      org.opencontainers.image.description="Brings the history database of Next Chat up to date"
USER 10001:10001
ENTRYPOINT ["nextchat-sqlmigrate"]

# --- nextchat-autotest ---
FROM runtime AS autotest
RUN --mount=type=bind,from=build,source=/out,target=/out \
    apt-get update -q \
    && xargs -a /out/autotest.packages apt-get install -q -y --no-install-recommends ca-certificates \
    && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/cache/debconf/* /var/log/apt /var/log/*.log
COPY --from=build /out/autotest /
LABEL org.opencontainers.image.title="nextchat-autotest" \
      org.opencontainers.image.description="Tries a running Next Chat server as its clients do"
USER 10001:10001
ENTRYPOINT ["nextchat-autotest"]

# --- nextchat-server: the last one, which is built when none is named ---
FROM runtime AS server
RUN --mount=type=bind,from=build,source=/out,target=/out \
    apt-get update -q \
    && xargs -a /out/server.packages apt-get install -q -y --no-install-recommends \
        libqt6sql6-mysql libqt6sql6-sqlite ca-certificates \
    && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/cache/debconf/* /var/log/apt /var/log/*.log \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/nextchat
COPY --from=build /out/server /
LABEL org.opencontainers.image.title="nextchat-server" \
      org.opencontainers.image.description="Group chat over SignalR"
# The data folder is /var/lib/nextchat: the only one that is written to, and only without Redis.
ENV XDG_DATA_HOME=/var/lib
EXPOSE 5000
USER 10001:10001
# There is no curl. The port is the one of --listen below; set HEALTH_PORT where it is another.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${HEALTH_PORT:-5000} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
# Callers must be known: it starts with `--auth jwt` and keys, or with `--auth trusted` behind a proxy (docs/operations.md).
ENTRYPOINT ["nextchat-server", "--listen", "*:5000"]

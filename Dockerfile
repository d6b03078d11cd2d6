# Deskwire in a container: built from this tree, run as a user without rights.
#   docker build -t deskwire . && docker run -p 8080:8080 -v deskwire:/var/lib/deskwire deskwire
FROM debian:12-slim AS build
ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /source
# The tools first: they change less often than the source.
COPY tools/install.sh tools/packages.txt tools/
RUN tools/install.sh build \
 && apt-get update && apt-get install -y --no-install-recommends dpkg-dev file
COPY . .
RUN make package

FROM debian:12-slim
COPY --from=build /source/build/deskwire_*.deb /tmp/package/
COPY packaging/docker/deskwire.toml /tmp/package/
# A number of its own, made before the package would take any: what is mounted can be given to it,
# and Kubernetes sees that it is not root.
RUN groupadd --system --gid 10001 deskwire \
 && useradd --system --uid 10001 --gid 10001 --no-log-init --no-create-home \
      --home-dir /var/lib/deskwire --shell /usr/sbin/nologin deskwire \
 && apt-get update \
 && apt-get install -y --no-install-recommends /tmp/package/deskwire_*.deb \
 && install -o root -g deskwire -m 0640 /tmp/package/deskwire.toml /etc/deskwire/deskwire.toml \
 && rm -rf /tmp/package /var/lib/apt/lists/*
USER 10001:10001
WORKDIR /var/lib/deskwire
VOLUME /var/lib/deskwire
EXPOSE 8080
STOPSIGNAL SIGTERM
# No program for it is in the image: the shell asks.
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
CMD ["deskwire", "serve", "--config", "/etc/deskwire/deskwire.toml"]

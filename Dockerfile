# One image for api, bot, worker and migrate: `docker build -t smartinvest .`
# TensorFlow is not in it: nothing that answers an investor needs it.
#
# BASE_IMAGE is any image with Python 3.11-3.13 and its venv module as python3; in production name it by digest.
# A private package index goes in as a secret, which leaves no trace in the image: --secret id=pip.conf,src=$HOME/.config/pip/pip.conf
ARG BASE_IMAGE=python:3.12-slim

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python3 -m venv /opt/smartinvest
# The locked libraries first: this layer lasts until a lock file changes. LOCKS="base llm" adds the language model's.
ARG LOCKS=base
COPY requirements/*.txt requirements/
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    set -e; for lock in ${LOCKS}; do \
        /opt/smartinvest/bin/pip install --require-hashes -r "requirements/${lock}.txt"; \
    done
COPY pyproject.toml README.md LICENSE ./
COPY advisor advisor
COPY api api
COPY bot bot
COPY migrations migrations
COPY prompts prompts
COPY smartinvest smartinvest
COPY web web
# setuptools is in the lock, so that this needs no network.
RUN /opt/smartinvest/bin/pip install --no-deps --no-build-isolation . \
    && /opt/smartinvest/bin/pip uninstall --yes --quiet pip

FROM ${BASE_IMAGE} AS app
RUN groupadd --gid 10001 smartinvest \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin smartinvest \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/smartinvest /opt/smartinvest
# The root file system may be read-only: all we write lies in /data and /tmp. One BLAS thread a process: more fight each other.
ENV PATH=/opt/smartinvest/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    OPENBLAS_NUM_THREADS=1 \
    OMP_NUM_THREADS=1 \
    SMARTINVEST_HOST=0.0.0.0 \
    SMARTINVEST_PORT=8000 \
    SMARTINVEST_DATA_DIR=/data \
    SMARTINVEST_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, sys; from smartinvest.supervisor import healthy; sys.exit(not healthy('127.0.0.1', int(os.environ['SMARTINVEST_PORT'])))"]
ENTRYPOINT ["smartinvest"]
CMD ["run"]

# Plenary in a container: docker build -t plenary . ; how to run it stands in docs/running.md.

FROM node:24-slim AS browser
WORKDIR /house
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.13-slim
# Pango draws the text of what is printed; Noto and DejaVu have the scripts that our own fonts lack.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
       fonts-noto-core fonts-noto-cjk fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /house
COPY requirements/runtime.lock requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/runtime.lock
COPY package-lock.json LICENSE ./
COPY bin/vendor.py bin/
COPY migrations migrations
COPY seed seed
COPY app app
RUN --mount=type=bind,from=browser,source=/house/node_modules,target=/house/node_modules \
    python bin/vendor.py && python -m compileall -q app seed
RUN useradd --system --uid 10001 --home-dir /data plenary \
    && install --directory --mode 700 --owner plenary /data
USER plenary
ENV PLENARY_HOST=0.0.0.0 PLENARY_PORT=8000 PLENARY_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]

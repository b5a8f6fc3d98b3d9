# An exact version. To be sure of every byte, add its digest: `docker buildx imagetools inspect python:3.12.11-slim-bookworm`
# prints it, and `python:3.12.11-slim-bookworm@sha256:...` is what FROM then says. The same goes for docker-compose.yml.
FROM python:3.12.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LVV_CONTAINER=1 LVV_DATA_DIR=/data LVV_STATIC=/app/collected XDG_CACHE_HOME=/tmp
WORKDIR /app
# What making a PDF needs (lvv/common/libraries.py), and letters for names in any script.
RUN apt-get update && apt-get install -y --no-install-recommends libglib2.0-0 libpango-1.0-0 libfontconfig1 \
    libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fonts-noto-core && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
# Only what .dockerignore lets in. The tree belongs to root: the application cannot write it.
COPY . .
RUN python -m lvv.start build
RUN python -m compileall -q .
# A folder for each role, so that each can be a volume of its own.
RUN useradd --system --uid 10001 --home-dir /data lvv && install -d -o lvv -m 0700 /data /data/app /data/jobs /data/owner
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s CMD ["python", "-m", "lvv.start", "health", "web"]
ENTRYPOINT ["python", "-m", "lvv.start"]
CMD ["web"]

FROM python:3.12-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LVV_CONTAINER=1 LVV_DATA_DIR=/data
WORKDIR /app
# What making a PDF needs (lvv/common/libraries.py), and letters for names in any script.
RUN apt-get update && apt-get install -y --no-install-recommends libglib2.0-0 libpango-1.0-0 libfontconfig1 \
    libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fonts-noto-core && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt \
    && useradd --system --uid 10001 --home-dir /data lvv && install -d -o lvv -m 0700 /data
COPY . .
USER lvv
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/gezond/')"
ENTRYPOINT ["/app/deploy/entrypoint.sh"]
CMD ["web"]

# Two stages: packages are installed once, and the image that runs has no compiler, no pip cache and no root.
FROM python:3.12-slim AS packages
COPY requirements.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /srv/touchstone touchstone
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/touchstone/app
COPY --chown=touchstone . .
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TOUCHSTONE_VAR=/srv/touchstone/var
# Hashed static files are part of the image; the key and addresses given here are used for this step only.
RUN mkdir -p /srv/touchstone/var && chown touchstone /srv/touchstone/var . \
    && su touchstone -s /bin/sh -c "TOUCHSTONE_COLLECT_STATIC=1 TOUCHSTONE_SECRET_KEY=only-while-building \
       DATABASE_URL=postgresql://build/build REDIS_URL=redis://build /opt/venv/bin/python manage.py collectstatic --noinput"
USER touchstone
VOLUME /srv/touchstone/var
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "web"]

# Build:  docker build -t unroll .            (CPU-only PyTorch: --build-arg TORCH_INDEX=<its wheel index>)
# Run:    docker run --rm -p 8501:8501 unroll (another port: -e PORT=9000 -p 9000:9000)
ARG PYTHON_IMAGE=python:3.12-slim
FROM ${PYTHON_IMAGE}

# One BLAS thread: more make small matrices slower and starve the other readers of the same server.
ENV OPENBLAS_NUM_THREADS=1 \
    OMP_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORT=8501 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_FILE_WATCHER_TYPE=none \
    STREAMLIT_CLIENT_SHOW_ERROR_DETAILS=none

RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin unroll
WORKDIR /app

# The requirements alone first: a change of the code does not install everything again.
COPY requirements.txt .
# On Linux the default torch wheel brings CUDA, gigabytes that this app never uses. If an index of
# CPU-only wheels is given, torch (and nothing else) comes from there; then the pin is satisfied.
ARG TORCH_INDEX=""
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-cache-dir --no-deps --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements.txt)"; \
    fi \
    && pip install --no-cache-dir -r requirements.txt

COPY . .
# Put plotly.js where Streamlit serves it, so that the running app needs no writable file system.
RUN python -c "from ui.live import assets; assets.ensure()"

USER unroll
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/_stcore/health\", timeout=4)"]

# exec: Streamlit becomes process 1 and gets the SIGTERM of `docker stop`.
CMD ["sh", "-c", "exec streamlit run app.py --server.port \"$PORT\""]

# Build:  docker build -t unroll .            (CPU-only PyTorch: --build-arg TORCH_INDEX=<its wheel index>)
# Run:    docker run --rm -p 8501:8501 unroll (another port: -e PORT=9000 -p 9000:9000)
# Safer:  add --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges
# Several replicas behind nginx: compose.yaml. Without a Docker engine: deploy/prove_image.sh.
ARG PYTHON_IMAGE=python:3.12-slim
FROM ${PYTHON_IMAGE}

# One BLAS thread: more make small matrices slower and starve the other readers of the same server.
ENV OPENBLAS_NUM_THREADS=1 \
    OMP_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORT=8501 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_CLIENT_SHOW_ERROR_DETAILS=none

RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin unroll \
    # Where compose.yaml has the rooms of classes in a volume, which takes over whose it is.
    && install --directory --owner=unroll --mode=700 /var/lib/unroll
WORKDIR /app

# The requirements alone first: a change of the code does not install everything again.
COPY requirements.txt requirements-postgres.txt ./
# On Linux the default torch wheel brings CUDA, gigabytes that this app never uses. If an index of
# CPU-only wheels is given, torch (and nothing else) comes from there; then the pin is satisfied.
ARG TORCH_INDEX=""
# Further arguments for pip: an index of your own, a folder of wheels.
ARG PIP_INSTALL_ARGS=""
# What nothing here imports goes in the same step, or it would stay in the image: tests, headers,
# a compiler.
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-cache-dir --no-deps --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements.txt)"; \
    fi \
    && pip install --no-cache-dir $PIP_INSTALL_ARGS -r requirements.txt -r requirements-postgres.txt \
    && cd "$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && find torch/bin -type f ! -name torch_shm_manager -delete \
    && rm -rf torch/test torch/include torch/share pandas/tests pyarrow/include pyarrow/tests

COPY . .
# Put plotly.js where Streamlit serves it, and compile, so that the running app writes nothing.
RUN python -c "from ui.live import assets; assets.plotly_js(), assets.module('page/address')" && python -m compileall -q .

# By number, so that a host can see that it is not root.
USER 10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/_stcore/health\", timeout=4)"]

# Process 1 is Python itself: it gets the SIGTERM of `docker stop`. See the file for what it adds.
CMD ["python", "-m", "ui.server.serve"]

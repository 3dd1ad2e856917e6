# syntax=docker/dockerfile:1
# torch from pip's default index; for the smaller build for a CPU, name PyTorch's own index of it:
# --build-arg TORCH_INDEX=…
FROM python:3.12-slim

ARG TORCH_INDEX=
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1

WORKDIR /app
COPY requirements.txt ./
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch>=2.11" "torchvision>=0.26" \
    && pip install -r requirements.txt

COPY app.py ./
COPY .streamlit ./.streamlit
COPY pages ./pages
COPY rnnviz ./rnnviz
# Later nothing can be written here; whoever starts, also each worker, would compile anew.
RUN python -m compileall -q --invalidation-mode unchecked-hash .

# Nothing but this folder and /tmp is ever written to: the root may be read-only.
RUN useradd --create-home --uid 10001 rnnviz && mkdir /data && chown rnnviz /data
ENV RNNVIZ_HOME=/data RNNVIZ_SHARED=1
VOLUME /data
USER rnnviz

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
# To welcome, Streamlit would ask the internet for this machine's address, and wait for an answer.
CMD ["streamlit", "run", "app.py", "--server.port=8501", "--server.headless=true", "--logger.hideWelcomeMessage=true"]

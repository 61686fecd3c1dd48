"""The container bundle: one image that every host can start, and how to deploy it."""

from typing import Final

from core.deployment.core_files import (
    Answers,
    Files,
    Rows,
    carried,
    core_files,
    python_version,
)
from core.deployment.embedded import readme
from core.deployment.platforms import PLATFORMS, commands
from core.registry import ModelVersion

_LONGEST: Final = 32
_PROGRAMS: Final = ("serve.py", "routes.py", "contracts.py", "replies.py")

_DOCKERFILE: Final = """\
FROM python:{python}-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 PORT=8080
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .
# The image is not built when it answers otherwise than the model did at export.
RUN python selftest.py
# SageMaker expects root: docker build --build-arg RUN_AS=0
ARG RUN_AS=10001
USER ${{RUN_AS}}
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD \
["python", "-c", "import os, urllib.request as u; \
u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/ping', timeout=2)"]
ENTRYPOINT ["python", "serve.py"]
"""

_COMPOSE: Final = """\
services:
  model:
    build: .
    image: {image}
    ports: ["127.0.0.1:8080:8080"]
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    mem_limit: 1g
    restart: unless-stopped
"""

_KUBERNETES: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 30
      securityContext: {{runAsNonRoot: true, runAsUser: 10001}}
      containers:
        - name: model
          image: {image}  # the address in your registry
          ports: [{{containerPort: 8080}}]
          readinessProbe: {{httpGet: {{path: /ping, port: 8080}}, periodSeconds: 5}}
          livenessProbe: {{httpGet: {{path: /v2/health/live, port: 8080}}}}
          resources:
            requests: {{cpu: 250m, memory: 256Mi}}
            limits: {{cpu: "1", memory: 1Gi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
          volumeMounts: [{{name: tmp, mountPath: /tmp}}]
      volumes: [{{name: tmp, emptyDir: {{}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {name}}}
  ports: [{{port: 80, targetPort: 8080}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 65}}}}
"""


def container_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return the files of the container bundle."""
    name = image_name(version.project, version.number)
    image = f"{name}:latest"
    texts = {
        "Dockerfile": _DOCKERFILE.format(python=python_version()),
        ".dockerignore": "*.md\n*.yaml\nDockerfile\n",
        "compose.yaml": _COMPOSE.format(image=image),
        "kubernetes.yaml": _KUBERNETES.format(name=name, image=image),
        "README.md": readme(version),
        "DEPLOY.md": _guide(name),
    }
    programs = {program: carried(program) for program in _PROGRAMS}
    files = core_files(version, rows, answers)
    return {
        **files,
        **programs,
        **{file: text.encode() for file, text in texts.items()},
    }


def image_name(project: str, number: int) -> str:
    """Return a name that every host takes: the project and the number.

    It begins with a letter, as Kubernetes wants, and has at most 32 characters, as an
    endpoint of Azure may have.

    Examples
    --------
    >>> image_name("customers-who-may-leave", 3)
    'customers-who-may-leave-3'
    >>> image_name("2024-sales", 12)
    'model-2024-sales-12'
    """
    named = project if project[:1].isalpha() else f"model-{project}".strip("-")
    behind = f"-{number}"
    return f"{named[: _LONGEST - len(behind)].strip('-')}{behind}"


def _guide(name: str) -> str:
    parts = [f"# Deploy {name}", "Replace what stands in `<angle brackets>`."]
    for platform in PLATFORMS:
        told = commands(platform, name)
        parts += [
            f"## {platform.title}", platform.about,
            f"Deploy:\n\n```bash\n{told.deploy}\n```",
            f"Tear down:\n\n```bash\n{told.tear_down}\n```",
        ]  # fmt: skip
    return "\n\n".join(parts) + "\n"

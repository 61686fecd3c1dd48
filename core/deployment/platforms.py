"""Where the container can run: the commands that deploy it and take it down again."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Platform:
    """One host of the container.

    Attributes
    ----------
    name : str
    title, about : str
        In a person's words.
    deploy, tear_down : str
        Shell commands; ``{name}`` stands for the name of the image, and what the
        person must put in stands in angle brackets.
    """

    name: str
    title: str
    about: str
    deploy: str
    tear_down: str


@dataclass(frozen=True)
class Commands:
    """Shell commands for one model on one platform."""

    deploy: str
    tear_down: str


def commands(platform: Platform, name: str) -> Commands:
    """Return a platform's commands for an image of this name.

    Examples
    --------
    >>> print(commands(PLATFORMS[0], "churn-3").tear_down)
    docker rm -f churn-3
    docker rmi churn-3
    """
    return Commands(
        platform.deploy.replace("{name}", name).strip(),
        platform.tear_down.replace("{name}", name).strip(),
    )


_AWS = "<account>.dkr.ecr.<region>.amazonaws.com"
_PUSH_AWS = f"""
docker build --build-arg RUN_AS=0 -t {_AWS}/{{name}}:latest .
aws ecr create-repository --repository-name {{name}}
aws ecr get-login-password | docker login -u AWS --password-stdin {_AWS}
docker push {_AWS}/{{name}}:latest
aws sagemaker create-model --model-name {{name}} --execution-role-arn <role> \\
  --primary-container Image={_AWS}/{{name}}:latest
"""
_GOOGLE = "<region>-docker.pkg.dev/<project>/models"

PLATFORMS: Final = (
    Platform(
        "docker", "Docker on your own machine",
        "The server listens on this machine alone; the last line asks it.",
        """
docker build -t {name} .
docker run -d --name {name} --read-only --tmpfs /tmp -p 127.0.0.1:8080:8080 {name}
curl -s http://127.0.0.1:8080/v2/health/ready
""",
        "docker rm -f {name}\ndocker rmi {name}",
    ),
    Platform(
        "kubernetes", "Kubernetes, also with KServe's protocol",
        "Two to ten copies by processor load. The image goes to your registry, and its "
        "address into `kubernetes.yaml`.",
        """
docker build -t <registry>/{name}:latest . && docker push <registry>/{name}:latest
sed -i.bak 's|image: {name}|image: <registry>/{name}|' kubernetes.yaml
kubectl apply -f kubernetes.yaml
kubectl rollout status deployment/{name}
""",
        "kubectl delete -f kubernetes.yaml\ndocker rmi <registry>/{name}:latest",
    ),
    Platform(
        "sagemaker", "AWS SageMaker, real time",
        "SageMaker starts the image with the word `serve` and asks `/ping` and "
        "`/invocations`. The endpoint costs by the hour, also when nobody asks.",
        _PUSH_AWS + """
aws sagemaker create-endpoint-config --endpoint-config-name {name} \\
  --production-variants VariantName=all,ModelName={name},\\
InstanceType=ml.t2.medium,InitialInstanceCount=1
aws sagemaker create-endpoint --endpoint-name {name} --endpoint-config-name {name}
""",
        """
aws sagemaker delete-endpoint --endpoint-name {name}
aws sagemaker delete-endpoint-config --endpoint-config-name {name}
aws sagemaker delete-model --model-name {name}
aws ecr delete-repository --repository-name {name} --force
""",
    ),
    Platform(
        "sagemaker-batch", "AWS SageMaker, batch transform",
        "Files from S3 in, predictions to S3 out, one line a row; machines run only "
        "while it works. CSV without a header line, columns in the model's order.",
        _PUSH_AWS + """
aws sagemaker create-transform-job --transform-job-name {name} --model-name {name} \\
  --environment SAGEMAKER_BATCH=true \\
  --transform-input 'ContentType=text/csv,SplitType=Line,DataSource={S3DataSource={\
S3DataType=S3Prefix,S3Uri=s3://<bucket>/rows}}' \\
  --transform-output AssembleWith=Line,Accept=text/csv,\\
S3OutputPath=s3://<bucket>/answers \\
  --transform-resources InstanceType=ml.m5.large,InstanceCount=1
""",
        """
aws sagemaker stop-transform-job --transform-job-name {name}
aws sagemaker delete-model --model-name {name}
aws ecr delete-repository --repository-name {name} --force
""",
    ),
    Platform(
        "vertex", "Google Vertex AI",
        "Vertex tells port and routes in `AIP_HTTP_PORT`, `AIP_HEALTH_ROUTE` and "
        "`AIP_PREDICT_ROUTE`. The endpoint costs by the hour.",
        f"""
gcloud artifacts repositories create models --repository-format=docker \\
  --location=<region>
gcloud auth configure-docker <region>-docker.pkg.dev
docker build -t {_GOOGLE}/{{name}}:latest . && docker push {_GOOGLE}/{{name}}:latest
gcloud ai models upload --region=<region> --display-name={{name}} \\
  --container-image-uri={_GOOGLE}/{{name}}:latest --container-ports=8080 \\
  --container-health-route=/ping --container-predict-route=/invocations
gcloud ai endpoints create --region=<region> --display-name={{name}}
gcloud ai endpoints deploy-model <endpoint> --region=<region> --model=<model> \\
  --display-name={{name}} --machine-type=n1-standard-2
""",
        f"""
gcloud ai endpoints undeploy-model <endpoint> --region=<region> --deployed-model-id=<id>
gcloud ai endpoints delete <endpoint> --region=<region>
gcloud ai models delete <model> --region=<region>
gcloud artifacts docker images delete {_GOOGLE}/{{name}} --delete-tags
""",
    ),
    Platform(
        "azure", "Azure Machine Learning, online endpoint",
        "The three routes are named in the deployment's environment. The endpoint "
        "costs by the hour.",
        """
az configure --defaults group=<group> workspace=<workspace>
az acr build --registry <registry> --image {name}:latest .
az ml online-endpoint create --name {name}
cat > deployment.yaml <<'END'
name: all
endpoint_name: {name}
instance_type: Standard_DS2_v2
instance_count: 1
environment:
  image: <registry>.azurecr.io/{name}:latest
  inference_config:
    liveness_route: {port: 8080, path: /}
    readiness_route: {port: 8080, path: /ping}
    scoring_route: {port: 8080, path: /score}
END
az ml online-deployment create --file deployment.yaml --all-traffic
""",
        """
az ml online-endpoint delete --name {name} --yes
az acr repository delete --name <registry> --repository {name} --yes
""",
    ),
    Platform(
        "watsonx", "IBM watsonx.ai",
        "watsonx takes no image of its own: the container runs on IBM Code Engine and "
        "understands watsonx's requests, so that callers stay as they are.",
        """
ibmcloud cr build -t icr.io/<namespace>/{name}:latest .
ibmcloud ce application create --name {name} --image icr.io/<namespace>/{name}:latest \\
  --port 8080 --min-scale 0 --max-scale 5
""",
        """
ibmcloud ce application delete --name {name} --force
ibmcloud cr image-rm icr.io/<namespace>/{name}:latest
""",
    ),
    Platform(
        "eas", "Alibaba Cloud PAI-EAS",
        "EAS keeps ports 8080 and 9090 for itself, so the server listens on 8000.",
        """
docker build -t <registry>/{name}:latest . && docker push <registry>/{name}:latest
cat > service.json <<'END'
{"metadata": {"name": "<name_with_underscores>", "instance": 1,
              "cpu": 1, "memory": 2000},
 "containers": [{"image": "<registry>/{name}:latest", "port": 8000,
                 "command": "python serve.py --port 8000"}]}
END
eascmd create service.json
""",
        """
eascmd delete <name_with_underscores>
docker rmi <registry>/{name}:latest
""",
    ),
)  # fmt: skip
"""Every host, the nearest first."""

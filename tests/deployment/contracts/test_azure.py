"""Azure ML: routes as the deployment names them, the model in AZUREML_MODEL_DIR."""

import shutil


def test_the_model_is_found_one_level_below_its_folder(start, image, tmp_path):
    shutil.copytree(image / "model", tmp_path / "models" / "churn")
    azure = start(AZUREML_MODEL_DIR=str(tmp_path / "models"))
    assert azure.get("/").status == 200
    table = {"columns": ["age", "plan"], "index": [0], "data": [[41, "a"]]}
    reply = azure.post("/score", {"input_data": table})
    assert reply.status == 200
    assert len(reply.json["predictions"]) == 1


def test_a_folder_without_a_model_ends_the_container(image, tmp_path):
    import subprocess
    import sys

    bare = tmp_path / "app"
    shutil.copytree(image, bare)
    shutil.rmtree(bare / "model")
    done = subprocess.run(
        [sys.executable, "serve.py", "--port", "0"], cwd=bare, env={}, timeout=30,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "set MODEL_DIR" in done.stderr

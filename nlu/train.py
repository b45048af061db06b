"""Trains the model, unless the one on disk was made from the very same files."""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

ROOT = Path(__file__).resolve().parent.parent
DATA = ("services", "intents", "risks", "rules")


def fingerprint() -> str:
    """A hash over everything the model is made from."""
    files = [
        ROOT / "config.yml",
        *sorted((ROOT / "domain").glob("*.yml")),
        *(path for name in DATA for path in sorted((ROOT / "data" / name).glob("*.yml"))),
        *sorted((ROOT / "data" / "lexicon").glob("*.txt")),
        *sorted((ROOT / "nlu" / "components").glob("*.py")),
        *sorted((ROOT / "data" / "lexicon").glob("risk-*.yml")),
        *sorted((ROOT / "nlu" / "safety").glob("*.py")),
        *(ROOT / "nlu" / f"{name}.py" for name in ("linear", "readings", "normalise", "messages", "importer", "taken")),
        ROOT / "nlu" / "danger_model.py",
    ]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def main() -> int:
    """Writes models/<name>.tar.gz, beside it the small danger model and the fingerprint they were made from."""
    parser = argparse.ArgumentParser(description="训练理解模型")
    parser.add_argument("--name", default="yimi")
    parser.add_argument("--force", action="store_true", help="数据没变也重新训练")
    options = parser.parse_args()
    target = ROOT / "models" / f"{options.name}.tar.gz"
    mark = target.with_suffix("").with_suffix(".fingerprint")
    wanted = fingerprint()
    small = target.with_name("danger.zip" if options.name == "yimi" else f"{options.name}-danger.zip")
    if not options.force and target.exists() and small.exists() and mark.exists() and mark.read_text() == wanted:
        print("模型是最新的")
        return 0
    print("训练模型（约三分钟）…", flush=True)
    began = time.monotonic()
    warnings.filterwarnings("ignore")  # of packages of 2022, seen by nobody who could mend them
    from rasa.api import train
    from rasa.shared.nlu.training_data.training_data import TrainingData
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    # Rasa takes a fingerprint of every message at every step, to reuse the results of an earlier training. Ours starts
    # from nothing each time, and half of it went into fingerprints: each step now simply counts as new.
    TrainingData.fingerprint = lambda self, *_, **__: uuid4().hex

    os.chdir(ROOT)
    result = train(
        domain="domain",
        config="config.yml",
        training_files="data/rules",  # messages come by nlu.importer
        output="models",
        fixed_model_name=options.name,
        force_training=True,
    )
    if result.code != 0 or not result.model:
        print("训练失败：上面是原因", file=sys.stderr)
        return 1
    from nlu import danger_model

    size = danger_model.write(small)
    print(f"小模型好了（引擎停了时听危险用）：{size / 1e6:.1f} MB", flush=True)
    mark.write_text(wanted)
    print(f"模型好了：{target.stat().st_size / 1e6:.0f} MB，用了 {time.monotonic() - began:.0f} 秒")
    return 0


if __name__ == "__main__":
    sys.exit(main())

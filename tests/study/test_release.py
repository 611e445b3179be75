"""A release: every trained model of seed 0, loaded again and judged before its card is written."""

import hashlib
import json

import numpy as np
import pytest

from tests.scripts import load
from wshash.datasets.base import TaggedImages
from wshash.hashing import HashingMethod
from wshash.retrieval import evaluate
from wshash.study import Store, Study, StudyConfig
from wshash.study.grid.collection import Collection
from wshash.study.results import frames

release = load(".ci/release.py")
GRID = [(method, 8, seed) for method in ("LSH", "DSH", "Real-Features") for seed in (0, 1)]


class Pictures(list):
    fingerprint = "0123456789abcdef"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Features of three kinds in place of pictures."""
    rng = np.random.default_rng(0)
    labels = np.eye(3, dtype=bool)[rng.integers(0, 3, 260)]
    features = (labels @ rng.standard_normal((3, 16)) + rng.standard_normal((260, 16))).astype(np.float32)
    pictures = Pictures(np.full((4, 4, 3), i % 251, np.uint8) for i in range(260))
    ids = [f"im{i}" for i in range(260)]
    data = TaggedImages("toy", pictures, [["sea"]] * 260, labels, ["sky", "sea", "sun"], ids)
    store = Store(tmp_path_factory.mktemp("release"))
    config = StudyConfig(options={"n": 260}, n_queries=60, preset="smoke", tag_filter="none", depths=(10, 20))
    return Study(config, store, Collection(store=store, data=data, features=features))


@pytest.fixture
def run(study, tmp_path, monkeypatch, capsys):
    """Release this study, of which these rows are published, changed as asked; the folder, the output."""
    rows = frames.measures([study.row(*row) for row in GRID]).astype({"method": str})
    origin = {"fingerprints": study.fingerprints, "commit": "of the published"}

    def run(change=lambda rows, origin: None):
        published, where = rows.copy(), json.loads(json.dumps(origin))
        change(published, where)
        monkeypatch.setattr(release.Results, "read", lambda folder: release.Results(published, None, where))
        monkeypatch.setattr(release, "StudyConfig", lambda dataset: study.config)
        monkeypatch.setattr(release, "Study", lambda config: study)
        monkeypatch.setattr("sys.argv", ["release.py", "--dataset", "toy", "--out", str(tmp_path)])
        release.main()
        return tmp_path / f"wshash-{release.__version__}-toy", capsys.readouterr().out

    return run


def test_the_files_are_the_models_that_the_card_speaks_of(study, run, tmp_path):
    (tmp_path / f"wshash-{release.__version__}-toy").mkdir()
    (tmp_path / f"wshash-{release.__version__}-toy" / "KSH-8.safetensors").write_bytes(b"of an earlier release")
    folder, said = run()
    assert sorted(path.name for path in folder.iterdir()) == [
        "DSH-8.safetensors", "LSH-8.safetensors", "MODEL_CARD.md", "SHA256SUMS", "study.json"
    ]  # fmt: skip
    assert said.startswith("2 models in ") and "at most 0.0000 from what is published" in said
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    files = [path for path in folder.iterdir() if path.name != "SHA256SUMS"]
    assert sums == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert json.loads((folder / "study.json").read_text())["commit"] == "of the published"
    card = (folder / "MODEL_CARD.md").read_text()
    assert "{" not in card and "sky, sea, sun" in card and study.split.fingerprint in card and "200 pictures" in card
    cells = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in card.splitlines() if line[:1] == "|"}
    for name in ("LSH", "DSH"):  # from the files alone
        model = HashingMethod.load(folder / f"{name}-8.safetensors")
        codes = [model.transform(study.features[rows]) for rows in (study.query, study.database)]
        labels = [study.data.labels[rows] for rows in (study.query, study.database)]
        assert cells[name] == f"{evaluate(*codes, *labels, (20,)).mean('precision@20'):.3f}"


def test_models_that_are_not_those_published_are_not_released(run, tmp_path):
    def other(rows, origin):
        rows.loc[(rows["method"] == "DSH") & (rows["seed"] == 0), "precision@20"] -= 0.2

    with pytest.raises(SystemExit, match=r"not what is published:\n[^L]*DSH +8 [^L]*$"):
        run(other)
    assert not list(tmp_path.glob("*/SHA256SUMS")) and not list(tmp_path.glob("*/MODEL_CARD.md"))

    with pytest.raises(SystemExit, match="published are .*elsewhere.*, but here are"):
        run(lambda rows, origin: origin["fingerprints"].update(data="elsewhere"))

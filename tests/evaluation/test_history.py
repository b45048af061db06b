"""What is kept between runs: our own figures and the peers'."""

from __future__ import annotations

from pathlib import Path

from evaluation import history, peers
from evaluation.figures import proportion
from evaluation.peers import compare, figures_of, read_kept, row, write_kept
from evaluation.targets import EMPTY, INTENT, MAIN
from tests.evaluation.cases import heard


def test_a_run_is_compared_with_the_last_of_another_model(tmp_path: Path) -> None:
    """Measuring the same model twice does not hide what the training changed."""
    path = tmp_path / "history.jsonl"
    assert history.before(history.read_runs(path), "a") is None
    for model, share in (("a", 0.8), ("b", 0.85), ("b", 0.86), ("c", 0.9)):
        history.keep(history.run_of("2026-01-01", model, {"messages": 3}, {MAIN: share}), path)
    runs = history.read_runs(path)
    assert len(runs) == 4
    last = history.before(runs, "c")
    assert last is not None and (last["model"], last["figures"][MAIN]) == ("b", 0.86)
    assert last["messages"] == history.messages_mark()


def test_the_peers_figures_outlive_the_run(tmp_path: Path) -> None:
    """A run without --peers still shows them, with their date and bounds."""
    path = tmp_path / "peers.json"
    assert read_kept(path) == {"messages": {}, "smp2017": {}}
    kept = read_kept(path)
    kept["smp2017"][peers.SVM] = row([proportion("准确率", [True] * 9 + [False])], 30, 10, 1.23, 4.5)
    write_kept(kept, path)
    again = read_kept(path)["smp2017"][peers.SVM]
    assert again["date"] and again["trained"] == 30
    figure = figures_of(again)["准确率"]
    assert (figure.value, figure.n) == (0.9, 10) and figure.low < 0.9 < figure.high


def test_a_peer_is_asked_the_same_questions() -> None:
    """It learns intents and main services (or none) of the training messages, and is judged by the same figures."""
    learnt: list[list[str]] = []

    def parrot(texts: object, labels: list[str], queries: list[str]) -> peers.Learnt:
        learnt.append(labels)
        return peers.Learnt([labels[0]] * len(queries), 1.0, 2.0)

    trained = [heard(("dibao", "tekun"), ()).message, heard((), ()).message]
    measured = [heard(("dibao",), ()).message, heard(("funeral",), ()).message, heard((), ()).message]
    got = compare(parrot, trained, measured)
    assert learnt == [["request_service", "request_service"], ["dibao", peers.NO_SERVICE]]
    figures = figures_of(got)
    assert (figures[MAIN].value, figures[EMPTY].value, figures[INTENT].value) == (0.5, 0.0, 1.0)
    assert (got["trained"], got["measured"], got["seconds"], got["ms"]) == (2, 3, 2.0, 4.0)


def test_nobody_is_trained_unasked() -> None:
    """A plain run trains no peer; --peers only the quick one."""
    assert peers.learners("") == {}
    assert list(peers.learners("quick")) == [peers.SVM]

"""Makes the speech models of the tests: `python -m tests.media.make_models` (needs the packages onnx and numpy).

They are not trained: whatever they hear, they say `SAID`. But they are real ONNX models in the layouts in which
sherpa-onnx's project publishes SenseVoice, Paraformer and Zipformer-CTC, so that everything up to the weights (folder,
metadata, features, runtime, tokens) is tested for real. A trained Chinese model is in no package registry.
"""

from __future__ import annotations

from pathlib import Path

SAID = "我想找社工"
FOLDER = Path(__file__).parent.parent / "fixtures" / "speech"
LONGEST = 1200  # frames
OPSET = 13


def _table(onnx, numpy, symbols: list[str], *first: str):
    """(1, LONGEST, vocabulary): the first symbols, then the sentence; a blank (0) behind each sign, and to the end."""
    table = numpy.zeros((1, LONGEST, len(symbols)), dtype=numpy.uint8)
    table[0, :, 0] = 1
    for at, symbol in enumerate([*first, *(each for sign in SAID for each in (sign, symbols[0]))]):
        table[0, at] = 0
        table[0, at, symbols.index(symbol)] = 9
    return onnx.numpy_helper.from_array(table, "table")


def _save(onnx, kind: str, nodes, inputs, outputs, constants, symbols: list[str], **metadata: str) -> None:
    graph = onnx.helper.make_graph(nodes, kind, inputs, outputs, initializer=constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.helper.set_model_props(model, {"model_type": kind, "vocab_size": str(len(symbols)), **metadata})
    onnx.checker.check_model(model)
    folder = FOLDER / kind
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    lines = [f"{symbol} {number}" for number, symbol in enumerate(symbols)]
    (folder / "tokens.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    import numpy
    import onnx
    from onnx import TensorProto, helper

    def value(name: str, kind: int, *shape: int | str):
        return helper.make_tensor_value_info(name, kind, list(shape))

    def const(name: str, *numbers: int):
        return onnx.numpy_helper.from_array(numpy.array(numbers, dtype=numpy.int64), name)

    def as_long_as(features: str, extra: int, divide: int):
        """Nodes that cut the table to the number of frames: features / divide + extra."""
        return [
            helper.make_node("Shape", [features], ["shape"]),
            helper.make_node("Slice", ["shape", "one", "two"], ["length"]),
            helper.make_node("Div", ["length", "divide"], ["fewer"]),
            helper.make_node("Add", ["fewer", "extra"], ["frames"]),
            helper.make_node("Slice", ["table", "zero", "frames", "one"], ["cut"]),
            helper.make_node("Cast", ["cut"], ["logits"], to=TensorProto.FLOAT),
        ], [const("zero", 0), const("one", 1), const("two", 2), const("divide", divide), const("extra", extra)]

    signs = list(dict.fromkeys(SAID))
    flat = ",".join(["0"] * 560)
    ones = ",".join(["1"] * 560)
    lfr = {"lfr_window_size": "7", "lfr_window_shift": "6", "neg_mean": flat, "inv_stddev": ones}

    symbols = ["<unk>", "<s>", "</s>", "<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", *signs]
    nodes, constants = as_long_as("x", 4, 1)
    number = TensorProto.INT32
    _save(
        onnx, "sense_voice_ctc", nodes,
        [value("x", TensorProto.FLOAT, "N", "T", 560), value("x_length", number, "N"),
         value("language", number, "N"), value("text_norm", number, "N")],
        [value("logits", TensorProto.FLOAT, "N", "L", len(symbols))],
        [*constants, _table(onnx, numpy, symbols, *symbols[3:7])], symbols,
        normalize_samples="0", with_itn="14", without_itn="15", lang_auto="0", lang_zh="3", lang_en="4",
        lang_yue="7", lang_ja="11", lang_ko="12", **lfr,
    )  # fmt: skip

    symbols = ["<blank>", "<s>", "</s>", *signs]
    row = numpy.zeros((1, len(SAID) + 1, len(symbols)), dtype=numpy.float32)
    for place, sign in enumerate([*SAID, "</s>"]):
        row[0, place, symbols.index(sign)] = 9
    _save(
        onnx, "paraformer",
        [helper.make_node("Identity", ["row"], ["logits"]), helper.make_node("Identity", ["count"], ["token_num"])],
        [value("speech", TensorProto.FLOAT, "N", "T", 560), value("speech_lengths", number, "N")],
        [value("logits", TensorProto.FLOAT, "N", "L", len(symbols)), value("token_num", TensorProto.INT64, "N")],
        [onnx.numpy_helper.from_array(row, "row"), const("count", len(SAID) + 1)], symbols, **lfr,
    )  # fmt: skip

    symbols = ["<blk>", "<sos/eos>", "<unk>", *signs]
    nodes, constants = as_long_as("x", 0, 4)
    nodes.append(helper.make_node("Identity", ["frames"], ["log_probs_len"]))
    nodes[-2].output[0] = "log_probs"
    _save(
        onnx, "zipformer2_ctc", nodes,
        [value("x", TensorProto.FLOAT, "N", "T", 80), value("x_lens", TensorProto.INT64, "N")],
        [value("log_probs", TensorProto.FLOAT, "N", "L", len(symbols)), value("log_probs_len", TensorProto.INT64, "N")],
        [*constants, _table(onnx, numpy, symbols)], symbols,
    )  # fmt: skip


if __name__ == "__main__":
    main()

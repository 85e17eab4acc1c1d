"""Models of ONNX as problems: their values against ONNX's own evaluator, their gradients against differences of it."""

from __future__ import annotations

import builtins
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import derive
from derive.errors import InputError, ToolError
from derive.onnx_models.operators import OPERATORS

onnx: Any = pytest.importorskip("onnx", reason="the extra onnx is not installed")
reference: Any = pytest.importorskip("onnx.reference")
helper: Any = onnx.helper
FLOAT = onnx.TensorProto.FLOAT

RANDOM = np.random.default_rng(16)


def array(*shape: int) -> Any:
    """Numbers with two decimals, none of them 0."""
    found = RANDOM.integers(10, 150, shape) * RANDOM.choice((-1, 1), shape)
    return (found / 100).astype(np.float32)


def model(nodes: list[Any], inputs: dict[str, Any], weights: dict[str, Any], output: str = "y") -> Any:
    """A model of these nodes."""
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info(name, FLOAT, value.shape) for name, value in inputs.items()],
        [helper.make_tensor_value_info(output, FLOAT, None)],
        [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])


def node(op: str, inputs: list[str], output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(op, inputs, [output], **attributes)


def flat(value: Any) -> list[float]:
    return [x for part in value for x in flat(part)] if isinstance(value, tuple) else [float(Fraction(value))]


UNARY = {
    "Abs": {}, "Atan": {}, "Cos": {}, "Cosh": {}, "Elu": {"alpha": 0.7}, "Erf": {}, "Exp": {}, "Floor": {},
    "Gelu": {"approximate": "tanh"}, "HardSwish": {}, "Identity": {}, "LeakyRelu": {"alpha": 0.2}, "Mish": {},
    "Neg": {}, "Reciprocal": {}, "Relu": {}, "Selu": {}, "Sigmoid": {}, "Sign": {}, "Sin": {}, "Sinh": {},
    "Softplus": {},
    "Softsign": {}, "Tan": {}, "Tanh": {}, "Softmax": {"axis": 1}, "LogSoftmax": {"axis": 0}, "Transpose": {},
    "Flatten": {}, "ReduceMax": {}, "Log": {}, "Sqrt": {},
}  # fmt: skip
POSITIVE = {"Log", "Sqrt"}


@pytest.mark.parametrize("op", UNARY)
def test_an_operator_of_one_argument(op: str) -> None:
    x = np.abs(array(2, 3)) if op in POSITIVE else array(2, 3)
    made = model([node(op, ["x"], **UNARY[op])], {"x": x}, {})
    solution = derive.solve(derive.from_onnx(made, x))
    (wanted,) = reference.ReferenceEvaluator(made).run(None, {"x": x})
    last = solution["y"] if "y" in solution.ids else solution[solution.ids[-1]]
    assert flat(last.value) == pytest.approx(wanted.ravel().tolist(), rel=1e-5, abs=1e-6)


BINARY = {
    "Add": ((2, 3), (2, 3)), "Sub": ((2, 3), (3,)), "Mul": ((2, 3), (2, 1)), "Div": ((2, 3), (1, 3)),
    "Max": ((3,), (3,)), "Min": ((2, 3), ()), "Pow": ((2, 3), ()), "MatMul": ((2, 3), (3, 2)),
    "PRelu": ((2, 3), (3,)), "Sum": ((2, 3), (3,)),
}  # fmt: skip


@pytest.mark.parametrize("op", BINARY)
def test_an_operator_of_two_arguments_broadcasts_as_onnx(op: str) -> None:
    first, second = BINARY[op]
    x, w = np.abs(array(*first)), np.abs(array(*second)) if second else np.float32(2)
    made = model([node(op, ["x", "w"])], {"x": x}, {"w": np.asarray(w)})
    solution = derive.solve(derive.from_onnx(made, x))
    (wanted,) = reference.ReferenceEvaluator(made).run(None, {"x": x})
    assert flat(solution["y"].value) == pytest.approx(wanted.ravel().tolist(), rel=1e-5)


IMAGES = [
    (node("Conv", ["x", "K"], strides=[2, 1], pads=[1, 0, 1, 0]), {"K": array(2, 2, 3, 2)}),
    (node("Conv", ["x", "K", "b"], dilations=[2, 2]), {"K": array(3, 2, 2, 2), "b": array(3)}),
    (node("MaxPool", ["x"], kernel_shape=[2, 2], strides=[2, 2]), {}),
    (node("MaxPool", ["x"], kernel_shape=[2, 3]), {}),
    (node("AveragePool", ["x"], kernel_shape=[2, 2], strides=[1, 2]), {}),
    (node("GlobalAveragePool", ["x"]), {}),
    (node("GlobalMaxPool", ["x"]), {}),
    (node("Flatten", ["x"]), {}),
    (node("BatchNormalization", ["x", "s", "b", "m", "v"]),
     {"s": array(2), "b": array(2), "m": array(2), "v": np.abs(array(2))}),
    (node("Add", ["x", "b"]), {"b": array(2, 1, 1)}),
    (node("Concat", ["x", "x"], axis=1), {}),
]  # fmt: skip


@pytest.mark.parametrize(("made", "weights"), IMAGES, ids=lambda part: part.op_type if hasattr(part, "op_type") else "")
def test_images_stand_without_the_batch(made: Any, weights: dict[str, Any]) -> None:
    x = array(1, 2, 5, 4)
    whole = model([made], {"x": x}, weights)
    solution = derive.solve(derive.from_onnx(whole, x))
    (wanted,) = reference.ReferenceEvaluator(whole).run(None, {"x": x})
    assert flat(solution["y"].value) == pytest.approx(wanted.ravel().tolist(), rel=1e-5, abs=1e-6)


def network() -> tuple[Any, Any]:
    """Two layers as PyTorch exports them, with names that no equation has."""
    weights = {"fc1.weight": array(3, 2), "fc1.bias": array(3), "fc2.weight": array(2, 3), "fc2.bias": array(2)}
    nodes = [
        node("Gemm", ["input", "fc1.weight", "fc1.bias"], "/fc1/out", transB=1),
        node("Tanh", ["/fc1/out"], "/act"),
        node("Gemm", ["/act", "fc2.weight", "fc2.bias"], "/fc2/out", transB=1),
        node("Softmax", ["/fc2/out"], "output", axis=1),
    ]
    x = array(1, 2)
    return model(nodes, {"input": x}, weights, "output"), x


def test_the_gradients_are_those_of_the_model(tmp_path: Path) -> None:
    """Against central differences of ONNX's evaluator, in double precision."""
    made, x = network()
    onnx.save(made, tmp_path / "net.onnx")
    target = np.float32([[0, 1]])
    solution = derive.solve(derive.from_onnx(tmp_path / "net.onnx", x, target))
    assert solution["z_1"].equation == "z_1 = x W_1^T + b_1^T"
    weights = {each.name: onnx.numpy_helper.to_array(each).astype(float) for each in made.graph.initializer}

    def loss(name: str, place: tuple[int, ...], by: float) -> float:
        w = {key: value.copy() for key, value in weights.items()}
        w[name][place] += by
        a = np.tanh(x.astype(float) @ w["fc1.weight"].T + w["fc1.bias"])
        z = a @ w["fc2.weight"].T + w["fc2.bias"]
        p = np.exp(z) / np.exp(z).sum()
        return float(((p - target) ** 2).sum())

    for name, own in (("fc1.weight", "W_1"), ("fc1.bias", "b_1"), ("fc2.weight", "W_2"), ("fc2.bias", "b_2")):
        wanted = [
            (loss(name, place, 1e-5) - loss(name, place, -1e-5)) / 2e-5 for place in np.ndindex(weights[name].shape)
        ]
        assert flat(solution[f"dL/d{own}"].value) == pytest.approx(wanted, rel=1e-5, abs=1e-8)


def test_another_loss_is_written_in_the_language() -> None:
    made, x = network()
    problem = derive.from_onnx(made, x, np.float32([[0, 1]]), loss="-sum(t ⊙ log(y))", title="Two layers")
    assert problem.title == "Two layers" and str(problem.loss) == "L"
    assert "dL/dW_2" in derive.solve(problem).ids


def test_numbers_may_be_rounded() -> None:
    made, x = network()
    problem = derive.from_onnx(made, x, decimals=1)
    assert all((10 * value).denominator == 1 for given in problem.givens for value in given.values)


def test_every_operator_without_a_row_is_named() -> None:
    x = array(2, 2)
    nodes = [node("Acosh", ["x"], "a"), node("Relu", ["a"], "b"), node("Add", ["b", "c"]),
             node("Einsum", ["x", "x"], "c", equation="ij,ij->ij")]  # fmt: skip
    made = model([nodes[i] for i in (0, 1, 3, 2)], {"x": np.abs(x) + 1}, {})
    with pytest.raises(InputError, match="`Acosh`: has no row") as raised:
        derive.from_onnx(made, np.abs(x) + 1)
    assert "`Einsum`" in str(raised.value) and "`Relu`" not in str(raised.value)


@pytest.mark.parametrize(
    ("made", "x", "message"),
    [
        (lambda x: model([node("MaxPool", ["x"], kernel_shape=[2, 2], pads=[0, 0, 1, 1])], {"x": x}, {}),
         array(1, 1, 4, 4), "padding"),
        (lambda x: model([node("Transpose", ["x"], perm=[0, 2, 1, 3])], {"x": x}, {}), array(1, 2, 3, 4), "transpose"),
        (lambda x: model([node("Conv", ["x", "K"], group=2)], {"x": x}, {"K": array(2, 1, 2, 2)}), array(1, 2, 3, 3),
         "groups"),
    ],
)  # fmt: skip
def test_what_the_language_does_not_write_is_said(made: Any, x: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        derive.from_onnx(made(x), x)


def test_an_input_of_another_shape_or_name() -> None:
    made, x = network()
    with pytest.raises(InputError, match="ONNX cannot run the model"):
        derive.from_onnx(made, array(1, 5))
    with pytest.raises(InputError, match="the model takes input"):
        derive.from_onnx(made, {"x": x})


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"no model \xff\xff")
    with pytest.raises(InputError, match="no ONNX model"):
        derive.from_onnx(tmp_path / "net.onnx", 1)
    with pytest.raises(InputError, match="cannot read"):
        derive.from_onnx(tmp_path / "missing.onnx", 1)


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "onnx" or name.startswith("onnx."):
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ToolError, match=r"derive-notes\[onnx\]"):
        derive.from_onnx("net.onnx", 1)


def test_every_operator_of_the_table_is_tried() -> None:
    tried = {*UNARY, *BINARY, *(made.op_type for made, _ in IMAGES), "Gemm"}
    others = {"Cast", "Clip", "Dropout", "ReduceMean", "ReduceMin", "ReduceSum", "Reshape", "Squeeze", "Unsqueeze"}
    assert set(OPERATORS) - tried == others


def test_reductions_and_moves() -> None:
    x = array(2, 3)
    axes, shape = np.array([1], dtype=np.int64), np.array([3, 2], dtype=np.int64)
    nodes = [
        node("ReduceMean", ["x", "axes"], "m", keepdims=1), node("Sub", ["x", "m"], "d"),
        node("Clip", ["d", "low", "high"], "c"), node("Reshape", ["c", "shape"], "r"),
        node("Cast", ["r"], "k", to=FLOAT), node("Dropout", ["k"], "o"),
        node("ReduceSum", ["o", "axes"], "s", keepdims=0),
        node("Unsqueeze", ["s", "axes"], "u"), node("Squeeze", ["u", "axes"], "q"),
        node("ReduceMin", ["q"], keepdims=0),
    ]  # fmt: skip
    weights = {"axes": axes, "shape": shape, "low": np.float32(-0.5), "high": np.float32(0.4)}
    made = model(nodes, {"x": x}, weights)
    solution = derive.solve(derive.from_onnx(made, x))
    (wanted,) = reference.ReferenceEvaluator(made).run(None, {"x": x})
    assert flat(solution["y"].value) == pytest.approx([float(wanted)], rel=1e-5)

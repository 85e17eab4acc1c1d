"""Attention over the columns of a matrix, one token a column: scaled dot products, several heads, causal or across."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from derive.problem.network.stack import COUNT, FLAG, NAME, LayerKind, Settings, Stack


@dataclass(frozen=True, slots=True)
class LayerHead:
    """One head: the layer's mark (`^{(2)}`), its number (0 for the only one), what asks and what is looked at."""

    mark: str
    number: int
    x: str
    memory: str
    causal: bool

    def name(self, letter: str, of: str = "") -> str:
        """`Q`, `Q_2`, `W_Q`, `W_{Q,2}`."""
        indices = ",".join(index for index in (of, str(self.number or "")) if index)
        index = f"_{{{indices}}}" if "," in indices else f"_{indices}" if indices else ""
        return f"{letter}{index}{self.mark}"

    @property
    def weights(self) -> tuple[str, str, str]:
        """The weights of queries, keys and values."""
        return self.name("W", "Q"), self.name("W", "K"), self.name("W", "V")


def _head_weights(settings: Settings) -> Mapping[str, str]:
    count = settings.get("heads", 1)
    heads = [LayerHead("", i if count > 1 else 0, "", "", False) for i in range(1, count + 1)]
    of_heads = {name: sizes for head in heads for name, sizes in zip(head.weights, ("pn", "pm", "pm"), strict=True)}
    return {**of_heads, "W_O": "oj?"}


def _attention(stack: Stack, settings: Settings) -> None:
    """Vaswani et al. (2017), with tokens as columns."""
    if len(stack.flow) > 1:
        stack.fault("(attention) takes a matrix, one token a column", "a recurrent layer's sequence is none")
        return
    mark, count = stack.mark("attention"), settings.get("heads", 1)
    memory = settings.get("memory", stack.flow[0])
    if "memory" in settings and not stack.needs("what it looks at,", memory):
        return
    causal = settings.get("causal", False)
    heads = []
    for i in range(1, count + 1):
        heads.append(LayerHead(mark, i if count > 1 else 0, stack.flow[0], memory, causal))
        if not stack.needs("the weights", *heads[-1].weights):
            return  # of as many heads as one can write, the first that is missing
    stack.flow = (_joined(stack, [_outputs(stack, head) for head in heads], mark),)


def _outputs(stack: Stack, head: LayerHead) -> str:
    """The equations of a head: queries, keys, values, scores, weights; the name of the weighted sums of the values."""
    w_q, w_k, w_v = head.weights
    with stack.within("head", head.number) if head.number else nullcontext():
        q = stack.add(head.name("Q"), f"{w_q} {head.x}")
        k = stack.add(head.name("K"), f"{w_k} {head.memory}")
        v = stack.add(head.name("V"), f"{w_v} {head.memory}")
        scores = stack.add(head.name("S"), f"{k}^T {q}/sqrt({stack.rows(w_q)})")
        softmax = "causal_softmax" if head.causal else "softmax"
        weights = stack.add(head.name("alpha"), f"{softmax}({scores}, columns)")
        return stack.add(head.name("H"), f"{v} {weights}")


def _joined(stack: Stack, outputs: list[str], mark: str) -> str:
    """The heads on top of each other, times W_O where it has a value."""
    joined = outputs[0] if len(outputs) == 1 else f"[{'; '.join(outputs)}]"
    weight = f"W_O{mark}"
    if stack.has(weight):
        return stack.add(f"O{mark}", f"{weight} {joined}")
    return joined if len(outputs) == 1 else stack.add(f"O{mark}", joined)


ATTENTION = [
    LayerKind("attention", "scaled dot-product attention; heads W_{Q,1}, W_{Q,2}, …",
              '{ layer = "attention", heads = 2, causal = true }',
              "Q = W_Q X; K = W_K X; V = W_V X; S = K^T Q/sqrt(d); α = softmax(S, columns); H = V α; O = W_O H",
              _attention, {"heads": COUNT, "causal": FLAG, "memory": NAME},
              family="attention", weights=_head_weights, others="multi head attention | self attention"),
]  # fmt: skip

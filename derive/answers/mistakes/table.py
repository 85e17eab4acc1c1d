"""The known mistakes in the order in which they are tried: what is particular first, what fits many numbers last.

A row names the rules it concerns and the wrong equations it leads to, which are tried at the student's own earlier
numbers. Of two rows that give the same numbers the first names the mistake.
"""

from derive.answers.mistakes import amounts, probabilities, products
from derive.answers.mistakes.gradients import OF_ANOTHER, OVER_TIME
from derive.answers.mistakes.layers import LAYERS
from derive.answers.mistakes.mistake import Mistake
from derive.answers.mistakes.slips import SLIPS
from derive.answers.mistakes.updates import IN_UPDATES, UPDATES

WITH_EPSILON = ("mean", "formula", "divide", "times", "add", "local", *UPDATES)

MISTAKES = (
    *OVER_TIME,
    *LAYERS,
    *IN_UPDATES,
    Mistake("softmax_axis", ("softmax", "log_softmax", "causal_softmax", "formula"), probabilities.other_axis),
    Mistake("causal_mask_forgotten", ("causal_softmax",), probabilities.unmasked),
    Mistake("softmax_diagonal_only", ("local softmax", "jacobian", "back softmax"), probabilities.diagonal_only),
    Mistake("other_class", ("",), probabilities.other_class),
    Mistake("target_turned", ("jacobian", "chain rule", "back"), probabilities.target_turned),
    Mistake("slope_again", ("jacobian", "chain rule", "back"), probabilities.slope_again),
    Mistake("scale_forgotten", ("",), probabilities.unscaled),
    Mistake("variance_divisor", ("mean", "sum", "formula"), probabilities.other_divisor),
    Mistake("epsilon_forgotten", WITH_EPSILON, probabilities.without_epsilon),
    Mistake("epsilon_outside", WITH_EPSILON, probabilities.epsilon_outside),
    Mistake("epsilon_inside", WITH_EPSILON, probabilities.epsilon_inside),
    Mistake("mask_forgotten", ("chain rule",), products.mask_forgotten),
    Mistake("local_derivative_forgotten", ("chain rule",), products.without_local),
    Mistake("function_for_derivative", ("chain rule", "local"), products.function_itself),
    Mistake("derivative_at_activation", ("chain rule", "local"), products.at_activation),
    Mistake("input_for_output", ("chain rule", "local"), products.input_for_output),
    Mistake("other_logarithm", ("",), probabilities.other_logarithm),
    Mistake("sum_for_mean", ("mean", "formula"), amounts.exchanged("mean", "sum")),
    Mistake("mean_for_sum", ("sum", "formula", "broadcast"), amounts.exchanged("sum", "mean")),
    Mistake("factor_n", ("",), amounts.batch_size),
    Mistake("factor_2", ("loss derivative", "power", "formula", "sum", "mean", "local"), amounts.doubled),
    Mistake("factor_n", ("loss derivative", "mean", "sum", "formula", "broadcast", "local mean"), amounts.entry_count),
    Mistake("sign_turned", ("",), amounts.opposite_sign),
    Mistake("transpose_forgotten", ("right factor", "left factor"), products.untransposed),
    Mistake("outer_product_transposed", ("left factor",), products.turned_outer_product),
    Mistake("wrong_input", ("left factor",), products.other_input),
    Mistake("bias_forgotten", ("affine", "formula", "add", "conv", "transposed_conv"), amounts.without_bias),
    Mistake("wrong_axis", ("broadcast", "sum", "mean", "chain rule", "transpose", "back"), amounts.other_total_axis),
    Mistake("divided", ("chain rule", "left factor", "right factor", *UPDATES), products.quotient_for_product),
    Mistake("factor_missing", ("chain rule", "left factor", "right factor", "product", "times"), products.one_factor),
    Mistake("square_missing", ("chain rule", "local", "formula", "power"), products.without_square),
    Mistake("term_missing", ("affine", "formula", "add", *UPDATES), amounts.without_a_term),
    *OF_ANOTHER,
    Mistake("other_given", ("",), amounts.other_given),
)  # fmt: skip

REPEATED = {"cut_through_time", "mask_forgotten", "local_derivative_forgotten", "function_for_derivative"}
THROUGHOUT = tuple(mistake for mistake in MISTAKES if mistake.key in REPEATED)
"""What is likely to be done again wherever it can be."""

OTHERS = ("saturated", "trivial", "entries_permuted", "impossible", "not_exact", "updated_weights", "substituted",
          "imprecise", "earlier_line")  # fmt: skip


def keys() -> tuple[str, ...]:
    """The key of every diagnosis; its sentence stands in the catalogue, under `mistakes`."""
    return (*(mistake.key for mistake in MISTAKES), *(slip.key for slip in SLIPS), *OTHERS)

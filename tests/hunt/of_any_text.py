"""What holds of every text of every page: it is finished, counts in good English, and says "all",
"every", "never", "nothing", "none" or "exactly" only where a relation here looks at all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.hunt.reading import Page

BROKEN = re.compile(r"\b(nan|None|inf|Traceback)\b|\.\.(?!\.)|  | [,.;:](?!\d)|\(\)|\[\]|{}|×–")
_COUNTED = (
    *("step", "update", "unit", "sequence", "panel", "pair", "seed", "direction"),
    *("eigenvalue", "Jacobian", "record", "output", "place"),
)
ONE = re.compile(
    rf"(?<![\d.,·⁻−=×/])\b1 (?:{'|'.join(_COUNTED)})s\b|"
    rf"(?<![\d.,])(?:[2-9]|\d\d+) (?:{'|'.join(_COUNTED)})\b(?! [a-z]+s\b)|"
    r"\b(?:are|were) 1 [a-z]|\b1 [a-z]+ (?:are|were)\b"
)
UNIVERSAL = re.compile(r"\b(all|every|never|nothing|none|always|everywhere|exactly|100 %)\b", re.I)

# Each such claim, and who holds it against the numbers: a relation of this folder, or the formula.
CLAIMS: dict[str, str] = {
    # gradient flow
    r"exactly 0 (from step|at every step)|falls to exactly 0": "the_headline",
    r"h stays 0 at every step|∂L/∂\S+ is exactly 0|h stays 0, so": "the_still_state",
    r"The state stays 0 in .*: what is learned from it is exactly 0": "at_rest",
    r"(halves|doubles) every": "the_headline",
    r"the total of all losses|The total of all losses": "the_headline",
    r"the loss at every step": "a setting",
    r"passes nothing back|nothing is carried from": "the_headline",
    r"every step can teach every earlier one": "who_teaches_whom",
    r"next to nothing": "who_teaches_whom",
    r"at every step of every sequence": "the_units",
    r"φ′ = 1 everywhere|the activation is flat to": "the_units",
    r"if every step were like this one": "a condition",
    r"the state or the gradient is 0 at every step": "the_shares",
    r"all \d+ pairs": "all_pairs",
    r"A relative change of .* moves nothing|Nothing can be said of small": "small_changes",
    r"The total of all losses (is exactly 0|falls to exactly 0)": "the_main_caption",
    r"Nothing of a change|Nothing moves this run|a product of these Jacobians": "both_ways",
    r"h_t = 0 at every step is a fixed point": "the_still_state",
    r"∂L/∂θ is exactly 0, all of it|(is|are) exactly 0\. Of": "the_parts",
    r"the gradient of every weight is exactly 0|; \d+ (is|are) exactly 0\.": "the_parts",
    r"sensitive at every setting|At every setting a change of 1 %": "the_knob",
    r"J_t is the same in every step|layer norm of a single unit": "the formula of the cell",
    r"the product is exactly 0|(is|are) exactly 0, and not drawn": "directions",
    r"\d+ (is|are) exactly 0\.|∂L/∂θ is exactly 0|Nothing is felt|every weight is": "the_parts",
    # gradient flow, in plain words
    r"half of it is lost every|[Nn]othing (is left )?of (it|the gradient|what)": "the_headline",
    r"The state stays 0 at every step|what the recurrent weights learn is": "the_still_state",
    r"Change every recurrent weight|A change of the recurrent weights by": "small_changes",
    r"a .* that is .* passes nothing|activation is flat to 300": "the_headline",
    r"exactly nothing is left": "what_lasts",
    r"Through the gate alone a step .*, all in all it": "the_gate",
    r"what goes into each unit is exactly": "the_histogram",
    r"Each step keeps all|All of the state is kept|hands all of the gradient": "the formula",
    r"the same at every step, whatever the input|nothing can explode": "the formula of the cell",
    # initialisation
    r"more exactly so|In every panel": "the_nearest",
    r"never below a thousandth|: exactly 0 from step": "the_labels",
    r"from exactly 0 to|changes nothing": "what_matters",
    r"hatched: exactly 0": "a legend",
    r"All of this is of the last loss alone": "the_labels",
    r"every z is exactly 0|are exactly": "the_histogram",
    # architectures
    r"(Vanishing|Fading|Growing|Exploding) in every cell": "the_title",
    r"with exactly 0|: exactly 0\.|becomes exactly 0|in every one of": "the_ranking",
    r"Every step has a loss of its own|where nothing old arrives": "a setting",
    r"Attention reaches every step|nothing shrinks with the lag": "the formula of attention",
    r"All of it comes by the forget gates|W_h carries nothing": "two_paths",
    r"by that gate alone|for ever": "the_gates",
    r"says exactly what is left|is exact here|lost altogether|sees by": "the_cards",
    # clipping
    r"Nothing to clip|Clipped at every update|every update is clipped|all the same": "the_descents",
    r"there is nothing to clip|the gradient is exactly 0": "the_descents",
    r"by value nothing is|nothing is clipped|by value nothing": "the_vectors",
    r"all parameters": "a_real_gradient",
    r"Clipping brings nothing back|[Ee]very term of|: exactly 0": "a_real_gradient",
    r"keeps nothing": "the_windows",
    # one neuron
    r"Every term is 0|every term is exactly 0": "the_shares",
    r"(term|part|one) \(step \d+\) is exactly 0": "the_title",
    r"exactly the target|every gradient|nothing goes back|and ∂L/∂w_h none": "the_reason",
    r"Of all terms|Of all parts": "the_title",
    r"it is exactly w_h": "the_reason",
    r"the size never changes|nothing is left": "the_power",
    r"every step brings exactly 0|so nothing travels": "the_neuron",
}
_HELD = re.compile("|".join(CLAIMS))


def sentences(text: str) -> list[str]:
    """Parts with a claim of their own."""
    return re.split(r"(?<=[.;]) ", text)


def it_is_finished(page: Page) -> Iterator[str]:
    """No number that is none, no hole, no plural of one."""
    for where, text in page.texts:
        for pattern in (BROKEN, ONE):
            if got := pattern.search(text):
                yield f"{where}: “{got[0]}” in: {text}"


def every_claim_is_held(page: Page) -> Iterator[str]:
    """Who says "all" has a relation that looks at all. To add a claim: a line in CLAIMS."""
    for where, text in page.texts:
        for sentence in sentences(text):
            rest = re.sub(r"\d+ %", lambda m: m[0] if m[0] == "100 %" else "", sentence)
            if UNIVERSAL.search(rest.replace("100 %", "")) and not _HELD.search(sentence):
                yield f"{where}: nobody holds “{sentence}” against the numbers"


RELATIONS = (it_is_finished, every_claim_is_held)

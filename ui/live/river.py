"""The unrolled network, with the gradient flowing back from the loss as a river."""

from typing import Any

from ui.live import drawing


def river(
    payload: dict[str, Any],
    *,
    key: str,
    height: int = 230,
    setting: str,
) -> None:
    """Draw the unrolled network in `height` pixels, 60 of them for the step-through below it.

    The river's width and colour are functions of r_t = log10 of ‖∂L/∂h_t‖ relative to the loss
    end, between -7 and 7; nothing is divided by its own maximum. Step t stands where a chart with
    the margins l=64, r=24 and the x range [0.5, T + 0.5] has it.

    A click or a key moves the page's setting `setting`, the selected step (1..T, or None).

    Fields of `payload`. Arrays are (T,), index 0 is step 1, T = len(log10). Optional are lo, hi,
    log10_abs, mean_dphi, saturated, gates, share, input_rms, state and shared; what is missing is
    not shown.

    log10           r_t, median over the sequences; 0 at the loss end; -inf where the gradient is
                    exactly zero, nan where there is none (after an overflow)
    lo, hi          10 % and 90 % quantile of the same
    log10_abs       log10 ‖∂L/∂h_t‖, median
    mean_dphi       mean of φ'(z_t)
    saturated       share (0..1) of saturated units
    saturated_word  the word for them: "saturated" (default), "dead", "off"
    gates           means of the gates by name, {"f": (T,), …}
    share           share (0..1) of step t in ∂L/∂W_h
    shared          "λ" where that is ∂L/∂λ
    state           the letter of the state, "h" (default) or "s"
    loss            "last" or "every": where the loss sits
    input           name of the input signal
    input_rms       root mean square of x_t
    overflow        None, or {"step": first step that overflowed, "text": a few words about it}
    zero_step       None, or the last step at and before which the gradient is exactly zero
    selected        the selected step, or None
    walk            None where there is nothing to carry back; else one sequence's step-through:
        sequence    its number, from 1
        count       number of sequences
        log10       log10 ‖δ_t‖, absolute
        phi         ‖φ'(z_t)⊙δ_t‖ / ‖δ_t‖
        w           ‖W_hᵀ g‖ / ‖g‖ with g = φ'(z_t)⊙δ_t; with the loss at the last step
                    ‖δ_{t-1}‖ = ‖δ_t‖ · phi_t · w_t
        step        instead of phi and w, for a cell whose step is more than these two:
                    ‖J_tᵀ δ_t‖ / ‖δ_t‖
        state       as above
        direct      only with a loss at every step: log10 of the norm of step t's own loss term,
                    which is added to what is carried back
    summary         what the picture shows, in one sentence, for screen readers
    """
    drawing.show(
        "river/river", payload | {"height": height, "setting": setting}, key=key, height=height
    )

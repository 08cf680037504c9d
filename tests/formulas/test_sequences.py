"""Formulas of recurrent layers and attention, on numbers that can be worked out in the head."""

from shapecalc.formulas import attention, recurrent


def test_every_unit_of_every_gate_reads_inputs_and_states_at_each_step_of_each_direction():
    assert recurrent.recurrent_macs(5, 2, 4, 10, 3, 7) == 5 * 2 * 40 * 10
    assert recurrent.projection_macs(5, 2, 10, 7) == 700
    assert recurrent.unit_steps(5, 2, 10, 3) == 300


def test_every_query_meets_every_key_in_every_head_and_window():
    assert attention.score_macs(2, 5, 7, 3, (4,)) == attention.mixing_macs(2, 5, 7, 3, (4,)) == 840
    assert attention.score_macs(2, 5, 7, 3, ()) == 210


def test_two_places_of_a_window_of_7_lie_to_each_other_in_13_ways_along_each_axis():
    assert attention.offsets((attention.span(7), attention.span(7))) == 169  # Swin, section 3.2

"""Inputs that hold ids: made as ids, and refused where the vocabulary has none of that number."""

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine import inputs
from shapecalc.engine.arrays import Unusable
from shapecalc.engine.weights import seeded
from shapecalc.shape import Shape

TEXT = """
inputs: {words: [1, 400], tags: [400], image: [3, 8, 8], both: [1, 400]}
layers:
  - {embedding: 4, vocabulary: 30, from: words}
  - {name: moved, identity: , from: both}
  - {embedding: 4, vocabulary: 9}
  - {embedding: 4, vocabulary: 7, from: both}
  - {embedding: 2, vocabulary: 3, from: tags}
  - {conv: 2, kernel: 1, from: image}
"""


def test_the_inputs_that_embeddings_read_are_found_and_the_smallest_vocabulary_counts():
    assert inputs.vocabularies(sc.load(TEXT)) == {"words": 30, "tags": 3, "both": 7}


def test_noise_for_an_embedding_is_every_id_and_no_other():
    made = inputs.noises(sc.load(TEXT).inputs, 3, 0, ids={"words": 30, "tags": 3})
    assert set(made["words"].ravel()) == set(range(30))
    assert set(made["tags"].ravel()) == set(range(3))
    assert made["words"].shape == (3, 1, 400)
    assert made["words"].dtype == "float32"
    assert not np.array_equal(made["image"], np.rint(made["image"]))


def test_ids_are_the_same_in_either_number_format_and_with_either_door():
    shapes, ids = {"a": Shape(1, 50)}, {"a": 10**6}
    single, double = (inputs.noises(shapes, 2, 5, dtype, ids=ids)["a"] for dtype in ("float32", "float64"))
    assert np.array_equal(single, double)
    _, found = inputs.sources(shapes, {}, seed=5, batch=2, ids=ids)
    assert np.array_equal(found["a"].read("float32"), single)


def test_no_id_is_so_large_that_float32_rounds_it_out_of_the_vocabulary():
    made = inputs.noise("a", Shape(1, 1000), 1, 0, ids=10**12)
    assert made.max() < 2**24


def test_a_network_that_reads_ids_runs_without_any():
    result = sc.run(sc.load("input: [1, 50]\nlayers: [{embedding: 4, vocabulary: 10}, {gru: 3}]\n"))
    assert all(record.finite for record in result.records)


@pytest.mark.parametrize(("number", "said"), [(10, "10"), (-1, "-1"), (9.6, "10")])
def test_an_id_outside_the_vocabulary_is_refused_by_name(number, said):
    graph = sc.load("input: [1, 3]\nlayers: [{name: words, embedding: 4, vocabulary: 10}]\n")
    with pytest.raises(Unusable) as error:
        sc.run(graph, {"input": np.array([[[0, 9, number]]])})
    assert str(error.value) == f"layer `words` is given the id {said}, and the ids of its vocabulary are 0 to 9"


def test_the_rows_of_a_table_are_as_strong_as_elsewhere():
    """A deviation of 1, as torch.nn.Embedding: one row is read alone, whatever the size of the table."""
    graph = sc.load("input: [1, 3]\nlayers: [{embedding: 64, vocabulary: 1000}]\n")
    assert seeded(graph)["embedding1.table"].std() == pytest.approx(1, rel=0.02)

"""Devices: the most operations and bytes a second that their makers give for them, without sparsity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

T, G = 10**12, 10**9


@dataclass(frozen=True)
class Device:
    """What a device can do at most."""

    name: str
    peak: Mapping[str, int]
    """FLOP/s, by number format; of whole numbers operations a second."""
    bandwidth: int
    """Bytes a second between the memory and the processor."""
    source: str

    def peak_for(self, dtype: str) -> int:
        """Operations a second in a number format.

        Raises:
            NoPeakError: none is given.
        """
        if dtype not in self.peak:
            known = ", ".join(self.peak)
            raise NoPeakError(f"{self.name} has no peak for {dtype}; there are {known}")
        return self.peak[dtype]


class NoPeakError(ValueError):
    """A device of which no peak is given for a number format."""


def _tensor(fp64: int, fp32: int, fp16: int, int8: int, bf16: int | None = None) -> dict[str, int]:
    """Peaks in 10⁹ operations a second; 0: none."""
    each = {"float64": fp64, "float32": fp32, "float16": fp16, "bfloat16": fp16 if bf16 is None else bf16, "int8": int8}
    return {dtype: number * G for dtype, number in each.items() if number}


DEVICES: Mapping[str, Device] = {
    "v100": Device(
        "NVIDIA V100 SXM2",
        _tensor(7_800, 15_700, 125_000, 0, bf16=0),
        900 * G,
        "NVIDIA Tesla V100 GPU Architecture, WP-08608-001; V100 datasheet",
    ),
    "t4": Device(
        "NVIDIA T4",
        _tensor(0, 8_100, 65_000, 130_000, bf16=0),
        320 * G,
        "NVIDIA T4 datasheet; memory 256 bit at 10 Gb/s",
    ),
    "a100-40gb": Device(
        "NVIDIA A100 SXM4 40GB",
        _tensor(19_500, 19_500, 312_000, 624_000),
        1_555 * G,
        "NVIDIA A100 Tensor Core GPU Architecture: FP64 and FP16 by tensor cores, FP32 without TF32",
    ),
    "a100-80gb": Device(
        "NVIDIA A100 SXM4 80GB",
        _tensor(19_500, 19_500, 312_000, 624_000),
        2_039 * G,
        "NVIDIA A100 datasheet: FP64 and FP16 by tensor cores, FP32 without TF32",
    ),
    "h100": Device(
        "NVIDIA H100 SXM5 80GB",
        _tensor(66_900, 66_900, 989_400, 1_978_900),
        3_350 * G,
        "NVIDIA H100 Tensor Core GPU Architecture; H100 datasheet: FP64 and FP16 by tensor cores, FP32 without TF32",
    ),
    "l4": Device(
        "NVIDIA L4",
        _tensor(0, 30_300, 121_000, 242_500),
        300 * G,
        "NVIDIA L4 datasheet: FP16 242 T and INT8 485 T with sparsity, half of them without",
    ),
    "rtx3090": Device(
        "NVIDIA GeForce RTX 3090",
        _tensor(0, 35_600, 142_000, 284_000, bf16=71_000),
        936 * G,
        "NVIDIA Ampere GA102 GPU Architecture, appendix A: FP16 with FP16 accumulation",
    ),
    "rtx4090": Device(
        "NVIDIA GeForce RTX 4090",
        _tensor(0, 82_600, 330_300, 660_600, bf16=165_200),
        1_008 * G,
        "NVIDIA Ada GPU Architecture: FP16 with FP16 accumulation",
    ),
    "tpu-v3": Device(
        "Google TPU v3 (a chip)",
        {"bfloat16": 123 * T},
        900 * G,
        "Google Cloud documentation, TPU v3: key specifications",
    ),
    "tpu-v4": Device(
        "Google TPU v4 (a chip)",
        {"bfloat16": 275 * T, "int8": 275 * T},
        1_200 * G,
        "Google Cloud documentation, TPU v4: key specifications",
    ),
}
"""Devices by the name that ``--device`` takes."""

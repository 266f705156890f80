"""Pretrained weights: read without running anything, matched by structure.

    files  --reading-->  tensors by name  --units, matching-->  a network's state dict

Files are Paddle's `.pdparams`, PyTorch's `.pth` and safetensors. The first two hold
pickles, which are programs; `unpickling` runs the few steps that make arrays and
refuses every other.
"""

"""How the shipped person detector is made: pictures that are drawn here, and a network trained on nothing else.

    generate.py  draws a pool of samples         train.py     fits the network to it (PyTorch, extra `training`)
    export.py    writes the ONNX file            evaluate.py  chooses thresholds on drawn films, and measures
    quantize.py  has that file reckon in bytes
    regain.py    goes on from a shipped file     grow.py      goes on from a smaller network

No photograph enters any of it. The gateway itself never imports this package.
"""

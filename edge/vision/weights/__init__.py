"""The shipped model: people.onnx, people.json (its card, as read by edge.vision.own) and people.md (for people)."""

"""Networks: encoders, decoders, critics and LSTMs, and named backbones."""

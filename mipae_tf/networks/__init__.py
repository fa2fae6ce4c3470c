"""Networks: encoders, decoders, critic and pose LSTM, and their backbones."""

"""MIPAE, DRNET and AE-LSTM: content, pose, and an LSTM on poses."""

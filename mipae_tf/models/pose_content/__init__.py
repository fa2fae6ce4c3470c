"""MIPAE, DRNET and AE-LSTM: an autoencoder and an LSTM on its codes."""

"""Independent Prediction and its entangled twin."""

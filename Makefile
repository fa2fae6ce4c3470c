# Thin wrappers around the commands in BUILD.md. Each creates .venv if missing.
PYTHON ?= python3
RUN = .venv/bin/python -m
CONFIG = configs/quickstart.cfg
RUN_DIR = runs/quickstart
# A worker needs about 2 GB. Tests of one file run in one worker.
WORKERS = -n 2 --dist=loadfile

.PHONY: quickstart demo test slow lint bench clean

# Trains on generated sprites, exports the model and prints its scores.
quickstart: .venv
	$(RUN) mipae_tf.train --flagfile=$(CONFIG) --run_dir=$(RUN_DIR)
	$(RUN) mipae_tf.export --run_dir=$(RUN_DIR)
	$(RUN) mipae_tf.evaluate --run_dir=$(RUN_DIR) --clips=200 \
	    --mig_samples=5000 --metrics=prediction,swap,leak,mig

demo: quickstart

test: .venv
	$(RUN) pytest $(WORKERS)

slow: .venv
	$(RUN) pytest $(WORKERS) -m slow

lint: .venv
	$(RUN) ruff check .
	$(RUN) ruff format --check .

bench: .venv
	$(RUN) benchmarks.all --doc=docs/speed.md

.venv: requirements.txt pyproject.toml setup.py
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check \
	    -r requirements.txt -e .
	touch .venv

clean:
	rm -rf .venv build *.egg-info

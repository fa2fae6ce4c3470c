import os
import signal
import threading
import types

import pytest

from mipae_tf import train as program
from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.interruption import Interruption


@pytest.mark.parametrize("number", Interruption.SIGNALS)
def test_the_first_signal_is_recorded_and_the_second_is_not(number, capsys):
    heard = []
    before = signal.signal(number, lambda *_: heard.append("theirs"))
    try:
        with Interruption() as interruption:
            assert interruption.number is None
            os.kill(os.getpid(), number)
            assert interruption.number == number and not heard
            os.kill(os.getpid(), number)
            assert heard == ["theirs"]
        os.kill(os.getpid(), number)
        assert heard == ["theirs"] * 2
    finally:
        signal.signal(number, before)
    assert signal.Signals(number).name in capsys.readouterr().err


def test_signals_are_not_handled_in_a_thread():
    entered = []

    def enter():
        with Interruption() as interruption:
            entered.append(interruption.number)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [None]


def test_the_message_and_the_number():
    stop = Interrupted(signal.SIGINT, "dynamics step 4 of 6")
    assert str(stop).startswith("stopped by SIGINT at dynamics step 4 of 6")
    # For a worker that stops because another one received a signal.
    assert Interrupted(None, "").number == signal.SIGTERM


def test_ignored_signals_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            assert interruption.number is None
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interruption_can_be_used_again():
    interruption = Interruption()
    for _ in range(2):
        with interruption:
            assert interruption.number is None
            os.kill(os.getpid(), signal.SIGTERM)
            assert interruption.number == signal.SIGTERM


@pytest.mark.parametrize(
    "number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_the_exit_code_of_the_program(monkeypatch, capsys, number, code):
    def stopped(*_, **__):
        raise Interrupted(number, "dynamics step 4 of 6")

    monkeypatch.setattr(program, "train_model", stopped)
    monkeypatch.setattr(program, "set_threads", lambda _: None)
    given = {"run_dir": "run", "dataset": "d", "model": "mipae"}
    given = types.SimpleNamespace(
        **given, protocol="default", recipe=None, videos=None
    )
    monkeypatch.setattr(program, "FLAGS", given)
    for name in ("given_options", "given_hyperparameters", "_flagfile"):
        monkeypatch.setattr(program, name, lambda *_: {})
    with pytest.raises(SystemExit) as leaving:
        program.main([])
    assert leaving.value.code == code
    assert "the same command resumes training" in capsys.readouterr().err

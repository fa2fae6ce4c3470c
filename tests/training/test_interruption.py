import os
import signal
import threading

import pytest

from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.interruption import Interruption


@pytest.mark.parametrize("number", Interruption.SIGNALS)
def test_the_first_signal_is_remembered_the_second_is_not_ours(number, capsys):
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


def test_in_a_thread_signals_are_left_alone():
    entered = []

    def enter():
        with Interruption() as interruption:
            entered.append(interruption.number)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [None]


def test_what_is_said():
    stop = Interrupted(signal.SIGINT, "dynamics step 4 of 6")
    assert str(stop).startswith("stopped by SIGINT at dynamics step 4 of 6")
    # Of a worker that stops because another one was asked to.
    assert Interrupted(None, "").number == signal.SIGTERM

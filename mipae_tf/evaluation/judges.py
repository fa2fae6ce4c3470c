"""The judge of an evaluation: read from its file, or trained once."""

from collections.abc import Iterable

from mipae_tf.evaluation.subject import Subject
from mipae_tf.judging.judge import CLIPS
from mipae_tf.judging.judge import STEPS
from mipae_tf.judging.judge import Judge
from mipae_tf.judging.judge import judge_for
from mipae_tf.judging.judge import restore_judge
from mipae_tf.judging.judge import save_judge
from mipae_tf.judging.judge import train_judge
from mipae_tf.metrics.absent_metric import AbsentMetric


def make_judge(subject: Subject) -> Judge:
    """The judge of the subject's data: from its file, or trained now.

    Raises:
        AbsentMetric: the data knows no factor that a frame could tell, or has
            no training clips.
    """
    clips = subject.clips
    judge = judge_for(clips, subject.seed)
    if subject.judge_file is not None and restore_judge(
        judge, subject.judge_file
    ):
        return judge
    if subject.training is None:
        raise AbsentMetric(
            f"{clips.name} comes without training clips to train a judge on."
        )
    training = subject.once(Subject.training_clips).take(slice(CLIPS))
    train_judge(judge, training, subject.seed, STEPS)
    if subject.judge_file is not None:
        save_judge(judge, subject.judge_file)
    return judge


def judge_of_places(subject: Subject, places: Iterable[str]) -> Judge:
    """The subject's judge, made once, if it sees all of these places.

    Raises:
        AbsentMetric: see `make_judge`; or a place that it does not see.
    """
    judge = subject.once(make_judge)
    if not set(places) <= set(judge.places):
        raise AbsentMetric("No judge can tell these objects apart.")
    return judge

"""The judge of an evaluation: read from its file, or trained once."""

from collections.abc import Iterable

from mipae_tf.data.sources import some_rows
from mipae_tf.evaluation.subject import Subject
from mipae_tf.judging import judge as judging
from mipae_tf.metrics.absent_metric import AbsentMetric


def make_judge(subject: Subject) -> judging.Judge:
    """The judge of the subject's data: from its file, or trained now.

    Raises:
        AbsentMetric: the data have no factor that a frame could show, or no
            training clips.
    """
    clips, path = subject.clips, subject.judge_file
    judge = judging.judge_for(clips, subject.seed)
    if path is not None and judging.restore_judge(judge, path):
        return judge
    if subject.training is None:
        raise AbsentMetric(
            f"{clips.name} comes without training clips to train a judge on."
        )
    training = subject.once(Subject.training_clips)
    rows = some_rows(training, judging.CLIPS)
    judging.train_judge(judge, training, subject.seed, judging.STEPS, rows)
    if path is not None:
        judging.save_judge(judge, path)
    return judge


def judge_of_positions(subject: Subject, names: Iterable[str]) -> judging.Judge:
    """The subject's judge, made once, if it sees all of these positions.

    Raises:
        AbsentMetric: as `make_judge`; or a position that it does not see.
    """
    judge = subject.once(make_judge)
    if not set(names) <= set(judge.places):
        raise AbsentMetric("No judge can tell these objects apart.")
    return judge

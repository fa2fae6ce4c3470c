import types

from tensorboard.backend.event_processing.data_provider import (
    MultiplexerDataProvider,
)
from tensorboard.backend.event_processing.plugin_event_multiplexer import (
    EventMultiplexer,
)
from tensorboard.context import RequestContext
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import backend_context
from tensorboard.plugins.hparams.list_session_groups import Handler

from mipae_tf.runs import RunFolder
from mipae_tf.training.hparams import write_hyperparameters
from mipae_tf.training.hparams import write_results


def table(folder):
    """The table of TensorBoard's HParams page, a dict for each run."""
    events = EventMultiplexer().AddRunsFromDirectory(str(folder))
    events.Reload()
    provider = MultiplexerDataProvider(events, str(folder))
    context = backend_context.Context(
        types.SimpleNamespace(data_provider=provider)
    )
    asked = RequestContext()
    experiment = context.experiment_from_metadata(
        asked,
        "",
        include_metrics=True,
        hparams_run_to_tag_to_content=context.hparams_metadata(asked, ""),
        data_provider_hparams=[],
    )
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0,
        slice_size=10,
        allowed_statuses=list(api_pb2.Status.values()),
    )
    for metric in experiment.metric_infos:
        request.col_params.add().metric.CopyFrom(metric.name)
    groups = Handler(asked, context, "", request).run().session_groups
    return {
        group.name: {
            **{name: value for name, value in group.hparams.items()},
            **{m.name.tag: round(m.value, 3) for m in group.metric_values},
        }
        for group in groups
    }


def test_the_table_of_runs_has_a_line_for_each_run(tmp_path):
    for name, width, psnr in (("one", 64, 20.0), ("two", 128, 21.5)):
        folder = RunFolder(tmp_path / name)
        values = {"model": "mipae", "width": width, "xla": None}
        write_hyperparameters(folder, values)
        for loss in (0.5, 0.25, 0.75):
            row = {"stage": "dynamics", "step": 1, "group": "validation"}
            folder.append_losses({**row, "loss": loss})
        found = {"forecast_psnr": psnr, "copy_last_psnr": 19.0}
        write_results(folder, found, step=10)
    found = table(tmp_path)
    assert set(found) == {"one", "two"}
    two = found["two"]
    assert two.pop("width").number_value == 128
    assert two.pop("model").string_value == "mipae"
    assert two == {
        "best_validation_loss/dynamics": 0.25,
        "forecast_psnr": 21.5,
        "copy_last_psnr": 19.0,
        "forecast_gain": 2.5,
    }

from mipae_tf.data.datasets import BUILDERS
from mipae_tf.inspection import catalogue
from mipae_tf.models import MODELS


def test_everything_is_listed(tmp_path):
    config = tmp_path / "configs" / "paper" / "mine.cfg"
    config.parent.mkdir(parents=True)
    config.write_text("#\n# Mine, trained for long.\n--model=mipae\n")
    text = catalogue(tmp_path / "configs")
    for name, row in MODELS.items():
        assert f"  {name} " in text and row.about in text
    for name, builder in BUILDERS.items():
        for other in builder.BUILDER_CONFIGS:
            assert f"  {name}/{other.name} " in text
    assert f"  {config}  Mine, trained for long." in text


def test_a_missing_folder_of_configs_is_left_out(tmp_path):
    text = catalogue(tmp_path / "none")
    assert "Datasets" in text and "Configs" not in text

import pytest

from mipae_tf.models import Latent


def test_an_unknown_role_is_refused():
    with pytest.raises(
        ValueError, match="'z' has role 'style'; allowed are content"
    ):
        Latent("z", "style", True, (3,))

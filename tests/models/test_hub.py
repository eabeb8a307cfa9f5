import importlib.util

import pytest

from opsin.core.errors import MissingExtraError, UsageError
from opsin.models import network_named


def test_without_a_preset_it_says_what_is_missing():
    with pytest.raises(UsageError, match="hub: wants the name of a preset, as hub:mobilenet_v3_small_100_imagenet"):
        network_named("hub:")


@pytest.mark.skipif(importlib.util.find_spec("keras_hub") is not None, reason="KerasHub is installed here")
def test_without_kerashub_it_says_how_to_install_it():
    with pytest.raises(MissingExtraError, match=r'KerasHub presets need .*: pip install "opsin\[hub\]"'):
        network_named("hub:mobilenet_v3_small_100_imagenet")

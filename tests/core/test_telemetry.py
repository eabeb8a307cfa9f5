"""What is done here stays here."""

import subprocess
import sys

ASK = """
import sys
import opsin
import openvino
print([name for name in sys.modules if name.split(".")[0] == "openvino_telemetry" and sys.modules[name] is not None])
print(type(openvino.tools.ovc.telemetry).__module__)
"""


def test_openvino_reports_nothing_to_its_makers():
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, timeout=120).stdout
    assert told.splitlines() == ["[]", "openvino.tools.ovc.telemetry_stub"]

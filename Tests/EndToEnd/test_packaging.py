"""What operators install: the systemd unit, the container's description, and the completions of the shell."""

import re
import subprocess

import pytest

from harness.processes import ROOT

UNIT = ROOT / "Packaging" / "stream-broker.service"
DOCKERFILE = ROOT / "Packaging" / "Dockerfile"


def output_of(*argv: object) -> str:
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_understands_the_unit_without_a_word(brokerctl, tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/brokerctl", str(brokerctl)))
    assert output_of("systemd-analyze", "verify", unit).strip() == ""


def test_the_unit_is_closed_to_what_the_broker_does_not_need():
    report = output_of("systemd-analyze", "security", "--offline=yes", "--no-pager", UNIT)
    level = re.search(r"exposure level for stream-broker.service: (\d+\.\d+)", report)
    assert level and float(level[1]) <= 2.0, report[-500:]


def test_the_container_installs_every_library_that_the_program_is_linked_with(brokerctl):
    installed = DOCKERFILE.read_text().split("FROM")[2]
    needed = re.findall(r"\(NEEDED\).*\[(.+?)\]", output_of("readelf", "-d", brokerctl))
    own = {name for name in needed if re.match(r"lib(av|sw|webp)", name) and not name.startswith("libswift")}
    assert len(own) >= 5
    for library in own:
        package = output_of("dpkg", "-S", f"*/{library}").splitlines()[0].split(":")[0]
        assert re.search(rf"\b{re.escape(package)}\b", installed), f"{library} is in {package}, which is not installed"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_the_commands(brokerctl, tmp_path, shell):
    script = output_of(brokerctl, "--generate-completion-script", shell)
    for command in ("serve", "run", "publish", "subscribe"):
        assert command in script
    if shell == "bash":
        (tmp_path / "completion").write_text(script)
        words = "COMP_WORDS=(brokerctl ser); COMP_CWORD=1; COMP_LINE='brokerctl ser'; COMP_POINT=13"
        ask = f"source {tmp_path}/completion; {words}; _brokerctl brokerctl ser brokerctl; echo ${{COMPREPLY[@]}}"
        assert output_of("bash", "-c", ask).split() == ["serve"]

"""Who may show Unroll in a frame: what deploy/start_nginx.sh makes of deploy/nginx.conf."""

import os
import re
import shutil
import subprocess

import pytest

from tests.tools import ROOT

CONF = ROOT / "deploy/nginx.conf"

pytestmark = pytest.mark.skipif(not shutil.which("sh"), reason="there is no sh")


def started(folder, hosts):
    """The settings with which nginx would be started; it and its exit code."""
    made = folder / "nginx.conf"
    settings = {"NGINX": "true", "NGINX_CONF": str(CONF), "NGINX_MADE": str(made)}
    done = subprocess.run(
        ["sh", str(ROOT / "deploy/start_nginx.sh")],
        env=os.environ | settings | {"UNROLL_FRAME_ANCESTORS": hosts},
        capture_output=True,
        text=True,
    )
    return (made.read_text() if made.exists() else ""), done


def test_without_hosts_nothing_changes(tmp_path):
    made, done = started(tmp_path, "")
    assert made == CONF.read_text() and done.returncode == 0


def test_named_hosts_may_and_the_cookie_comes_along(tmp_path):
    hosts = "https://learn.example.org https://*.example.com:8443"
    made, done = started(tmp_path, hosts)
    assert done.returncode == 0
    assert f"frame-ancestors 'self' {hosts}\"" in made
    assert "X-Frame-Options" not in re.sub(r"#.*", "", made)
    assert "userid_flags httponly secure samesite=none;" in made
    ours, theirs = CONF.read_text().splitlines(), made.splitlines()
    assert len(ours) - len(theirs) == 1


@pytest.mark.parametrize("hosts", ["a;b", "'none'", "$x", "a|b", "a\nb", '"', "a{"])
def test_what_is_no_host_is_refused_in_a_sentence(tmp_path, hosts):
    made, done = started(tmp_path, hosts)
    assert done.returncode == 2 and not made
    assert "UNROLL_FRAME_ANCESTORS holds hosts" in done.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
@pytest.mark.parametrize("hosts", ["", "https://learn.example.org"])
def test_nginx_takes_it(tmp_path, hosts):
    made, _ = started(tmp_path, hosts)
    text = made.replace("server app:8501", "server 127.0.0.1:8501").replace(
        " /tmp/", f" {tmp_path}/"
    )
    (tmp_path / "nginx.conf").write_text(text)
    command = ["nginx", "-e", str(tmp_path / "log"), "-t", "-q", "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_compose_hands_the_hosts_on():
    compose = (ROOT / "compose.yaml").read_text()
    assert "UNROLL_FRAME_ANCESTORS: ${UNROLL_FRAME_ANCESTORS:-}" in compose
    assert "./deploy/start_nginx.sh:/start_nginx.sh:ro" in compose

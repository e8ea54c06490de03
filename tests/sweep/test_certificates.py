"""Connections that are secured: a scheduler and a worker with certificates made for the test."""

import shutil
import subprocess

import pytest
from dask_processes import dask_processes
from sweep_question import DRAWS, LIMITS, WISHES

from planner.errors import InputError
from planner.jobs import sweep_run, workers
from planner.jobs.workers import Cluster, new_workers

pytest.importorskip("distributed", reason="the extra “distributed” is not installed")
if shutil.which("openssl") is None:
    pytest.skip("openssl is not installed", allow_module_level=True)

EXTENSIONS = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[member]
basicConstraints = critical, CA:false
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def openssl(folder, name, extensions, *more):
    config = folder / "openssl.cnf"
    config.write_text(EXTENSIONS)
    files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command = ["openssl", *new, "-config", config, "-extensions", extensions, *files, *more]
    subprocess.run([*map(str, command)], check=True, capture_output=True)


def make_certificates(folder):
    """Make an authority and a certificate that it has signed; return the three files that a member names."""
    folder.mkdir()
    openssl(folder, "ca", "authority")
    try:
        openssl(folder, "member", "member", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"openssl is older than 3.0: {error.stderr.decode()}")
    return tuple(str(folder / name) for name in ("ca.pem", "member.pem", "member.key"))


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """Return the address of a scheduler that asks for certificates and has one worker, and a member's files."""
    folder = tmp_path_factory.mktemp("secured")
    files = make_certificates(folder / "certificates")
    named = ["--tls-ca-file", files[0], "--tls-cert", files[1], "--tls-key", files[2]]
    with dask_processes(folder, workers=1, options=["--protocol", "tls", *named]) as (address, _workers):
        yield address, files


def test_a_secured_cluster_finds_what_one_process_does(secured, country, serial, tmp_path, same_tables):
    address, files = secured
    assert address.startswith("tls://")
    found = sweep_run(
        [country], tmp_path / "run", limits=LIMITS, draws=DRAWS, overrides=WISHES, cluster=Cluster(address, *files)
    )
    assert (found.termination, found.errors) == ("done", 0)
    assert same_tables(serial, tmp_path / "run")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((None, None, None), ("--tls-ca-file", "--tls-cert")),
        (("ca", None, None), ("--tls-cert",)),
        (("ca", "nowhere.pem", "key"), ("--tls-cert", "nowhere.pem")),
    ],
)
def test_what_is_lacking_is_named(secured, tmp_path, given, words):
    address, (authority, _certificate, key) = secured
    names = {"ca": authority, "key": key}
    cluster = Cluster(address, *(names.get(name, name) for name in given))
    with pytest.raises(InputError) as error, new_workers(1, cluster, tmp_path, lambda: False):
        pass
    assert all(word in str(error.value) for word in words)
    assert ("--tls-ca-file" in str(error.value)) == ("--tls-ca-file" in words), "what is there is not asked for"


brought = {}
"""Files that `bring` knows, as a program that whoever runs the cluster wrote would."""


def bring(_about):
    """Return credentials; Dask finds the function by its name."""
    from distributed import Security

    return Security(require_encryption=True, **brought)


def test_credentials_that_dask_itself_loads_do(secured, tmp_path):
    dask = pytest.importorskip("dask")
    address, files = secured
    brought.update(zip(("tls_ca_file", "tls_client_cert", "tls_client_key"), files, strict=True))
    with (
        dask.config.set({"distributed.client.security-loader": f"{__name__}.bring"}),
        new_workers(1, Cluster(address), tmp_path, lambda: False) as workers,
    ):
        assert workers.count() == 1


@pytest.mark.parametrize("stranger", ["without a certificate", "of another authority"])
def test_a_stranger_is_refused(secured, tmp_path, stranger, monkeypatch):
    monkeypatch.setattr(workers, "_CONNECT_S", 2.0)
    address, _files = secured
    cluster = (
        Cluster(address.replace("tls://", "tcp://"))
        if stranger == "without a certificate"
        else Cluster(address, *make_certificates(tmp_path / "others"))
    )
    with (
        pytest.raises(InputError, match="check address and certificates"),
        new_workers(1, cluster, tmp_path, lambda: False),
    ):
        pass

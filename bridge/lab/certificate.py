"""`kairan lab certificate`: a certificate for practice on one machine, by an authority that only practice believes."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bridge.errors import Misconfigured
from bridge.lab.authority import Authority


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of `kairan lab certificate`."""
    parser.add_argument("name", metavar="NAME", help="tsukuba.localhost")
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FOLDER", help="tls.pem と tls.key を / for both files"
    )
    parser.set_defaults(command=run)


def run(arguments: Namespace) -> int:
    """Write tls.pem and tls.key into the folder; the authority's ca.pem lies in the folder above, for all towns."""
    name, into = arguments.name, arguments.into.resolve()
    if not (name == "localhost" or name.endswith(".localhost")):
        raise Misconfigured(f"{name!a}: 練習用は *.localhost だけです / for practice: a name under .localhost only")
    into.mkdir(parents=True, exist_ok=True)
    Authority(into.parent).certify(name, into)
    print(f"{into / 'tls.pem'}（認証局 / authority: {into.parent / 'ca.pem'}）")  # noqa: T201 - the command's output
    return 0

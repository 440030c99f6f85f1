"""Entry point of the `rnncourse` command, and what to install where its parts are missing."""

import sys


def main() -> None:
    """Run the `rnncourse` command."""
    try:
        from rnncourse.cli import cli
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("rnncourse"):
            raise
        sys.exit(
            f"The rnncourse command needs {error.name}, which the NumPy core does not install. "
            'Install it all: python -m pip install "rnncourse[grade]"'
        )
    cli(prog_name="rnncourse")


if __name__ == "__main__":
    main()
